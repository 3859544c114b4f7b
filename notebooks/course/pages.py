"""Makes the course's pages: one a notebook and an index, which need no network and no server."""
import copy
import hashlib
import html
import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import jinja2

from . import execute, notebooks, render
from .files import put
from .notebooks import HOME
from .render import TEMPLATES

OUT = HOME / "target" / "course"
# The last paragraph that asks something, with all below it.
ASKED = re.compile(r"^\*\*(?:Predict|Exercise)\b(?!.*^\*\*(?:Predict|Exercise)\b)", re.M | re.S)
TASKS = {"prediction", "exercise", "solution"}
HEADING = re.compile(r"#+ [^\n]*\s*")
PREDICTED = re.compile(r'\bpredict\("([^"]+)"')
# What TeX writes as a word: a sign, or nothing where it only says how something stands. HTML knows the Greek letters and most other signs.
SIGNS = {"cdot": "·", "dots": "…", "sqrt": "√", "varepsilon": "ε", **dict.fromkeys(("text", "frac", "tfrac", "hat", "left", "right", "qquad"), "")}


def style():
    """The pages' style sheet, with the colours of code by day and by night: the system's night, or the one that the reader chose."""
    night = [render.code_colours("github-dark", f':root{chosen} .highlight') for chosen in (':not([data-theme="light"])', '[data-theme="dark"]')]
    return (f"{render.template('page.css')}\n{render.code_colours('xcode', '.highlight')}\n"
            f"@media screen and (prefers-color-scheme: dark) {{\n{night[0]}\n}}\n@media screen {{\n{night[1]}\n}}\n")


def version():
    """Changes with everything that a page is made of, its notebook apart."""
    digest = hashlib.sha256()
    for file in [Path(__file__), Path(render.__file__), *sorted(path for path in TEMPLATES.rglob("*") if path.is_file())]:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


# ---------------------------------------------------------------- a notebook's parts

def has_tag(cell, name):
    return name in cell.metadata.get("tags", [])


def parts(notebook):
    """The notebook with its cells put into parts, which the template opens and closes: a prediction or an exercise with the text that asks
    for it, and all solutions with their heading in one part that is folded."""
    notebook, cells = copy.deepcopy(notebook), []
    for cell in notebook.cells:
        cell.metadata["part_before"] = cell.metadata["part_after"] = ""
        if cell.cell_type == "markdown":
            # The page has links to its neighbours of its own.
            cell.source = notebooks.NEIGHBOURS.sub("", cell.source)
            asked, tags = ASKED.search(cell.source), cell.metadata.get("tags", [])
            # Of a task's own cell, only a heading stays outside.
            if asked and asked.start() and (not TASKS & set(tags) or HEADING.fullmatch(cell.source[:asked.start()])):
                rest = copy.deepcopy(cell)
                cell.metadata["tags"] = [tag for tag in tags if tag not in TASKS]
                rest["id"] = f"{cell.get('id', len(cells))}-asked"
                cell.source, rest.source = cell.source[:asked.start()], cell.source[asked.start():]
                cells.append(cell)
                cell = rest
        cells.append(cell)

    def part(first, last, opening, closing):
        cells[first].metadata["part_before"] = opening
        cells[last].metadata["part_after"] = closing

    index = 0
    while index < len(cells):
        kind = next((tag for tag in ("solution", "prediction", "exercise") if has_tag(cells[index], tag)), None)
        first, index = index, index + 1
        if not kind:
            continue
        before = cells[first - 1] if first else None
        free = before is not None and before.cell_type == "markdown" and not before.metadata["part_after"]
        if kind == "solution":
            while index < len(cells) and has_tag(cells[index], "solution"):
                index += 1
            if free and re.fullmatch(r"#+ +solutions?\s*", before.source.strip(), re.I):
                first -= 1
            part(first, index - 1, '<details class="solutions">', "</details>")
            continue
        if free and cells[first].cell_type == "code" and ASKED.match(before.source):
            first -= 1
        # The next text after an answer begins the next task.
        while index < len(cells) and has_tag(cells[index], kind) and (cells[index - 1].cell_type, cells[index].cell_type) != ("code", "markdown"):
            index += 1
        part(first, index - 1, f'<div class="task {kind}" role="group" aria-label="{kind.capitalize()}">', "</div>")
    answers(cells)
    notebook.cells = cells
    return notebook


def answers(cells):
    """Marks what answers a prediction, from the cell behind the question to the end of what is said about the answer: the next heading or
    the next task. The page's script hides it until the reader has predicted."""
    ends = {}
    # From the end on: an answer that holds another question holds its answer as well.
    for asked in reversed(range(len(cells))):
        ids = PREDICTED.findall(cells[asked].source) if cells[asked].cell_type == "code" and has_tag(cells[asked], "prediction") else []
        if not ids:
            continue
        first = next(at for at in range(asked, len(cells)) if cells[at].metadata["part_after"]) + 1
        last = [at for at in range(first, len(cells)) if any(f'outcome("{name}"' in cells[at].source for name in ids)]
        if not last:
            continue
        end = max([last[-1] + 1, *(until for start, until in ends.items() if first <= start <= last[-1])])
        while end < len(cells) and not re.search(r"^#+ ", cells[end].source, re.M) and not cells[end].metadata["part_before"]:
            end += 1
        ends[first] = end
        # Inside what begins here, and around what ends here.
        cells[first].metadata["part_before"] = f'<div class="answer" data-predictions="{" ".join(ids)}">' + cells[first].metadata["part_before"]
        cells[end - 1].metadata["part_after"] += "</div>"


def with_summary(body):
    """The heading of the solutions becomes what opens them."""
    def opened(match):
        return f'<details class="solutions"><summary>{match.group(2) or "Solutions"}</summary>{match.group(1) or ""}'

    return re.sub(r'<details class="solutions">(\s*<div class="text[^"]*">\s*)?(<h([2-6])\b.*?</h\3>)?', opened, body, flags=re.S)


def headings(body):
    """(level, id, HTML) of the headings below the title."""
    for level, name, inner in re.findall(r'<h([23]) id="([^"]*)">(.*?)</h\1>', body, flags=re.S):
        yield int(level), html.unescape(name), re.sub(r'<a class="anchor-link".*?</a>|</?a\b[^>]*>', "", inner, flags=re.S).strip()


def shortened(alt):
    """What the index says of a picture: its first sentence, the figures behind it left out."""
    first = re.split(r"(?<=[.?!])\s+(?=[A-Z0-9])", alt.strip())[0]
    return first if len(first) < 160 else re.split(r":\s", first)[0]


def in_words(formula):
    """A formula as one would type it without TeX, for the search."""
    def sign(match):
        found = SIGNS.get(match.group(1), html.unescape(f"&{match.group(1)};"))
        return match.group(1) if found.startswith("&") else found

    text = re.sub(r"\\([A-Za-z]+)", sign, re.sub(r"\\[^A-Za-z]", " ", formula.group(1)))
    return re.sub(r"[{}]", "", text.replace("}{", "/"))


class Sections(HTMLParser):
    """A page's text by headings, for the search: prose and code, no outputs, no solutions."""

    LEFT_OUT = {"outputs", "solutions", "anchor-link"}
    VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}

    def __init__(self, page):
        super().__init__()
        self.found, self.open, self.skipping, self.heading = [], [], 0, False
        inside = re.search(r"<main\b.*</main>", page, re.S)
        self.feed(inside.group() if inside else "")

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag in self.VOID:
            return
        skip = tag in ("script", "style", "svg") or bool(self.LEFT_OUT & set((attributes.get("class") or "").split()))
        self.open.append((tag, skip))
        self.skipping += skip
        if not self.skipping and re.fullmatch("h[1-6]", tag) and "id" in attributes:
            self.found.append([attributes["id"], "", ""])
            self.heading = True

    def handle_endtag(self, tag):
        if not any(name == tag for name, _ in self.open):
            return
        while self.open:
            name, skip = self.open.pop()
            self.skipping -= skip
            if name == tag:
                break
        if re.fullmatch("h[1-6]", tag):
            self.heading = False
        elif self.found and not self.skipping and tag in ("p", "li", "pre", "td", "th", "summary"):
            self.found[-1][2] += " "

    def handle_data(self, data):
        if self.found and not self.skipping:
            self.found[-1][1 if self.heading else 2] += data

    def sections(self):
        return [[name, *(self.line(text) for text in texts)] for name, *texts in self.found]

    @staticmethod
    def line(text):
        return re.sub(r"\s+", " ", re.sub(r"\$\$?([^$]+)\$\$?", in_words, text).replace("\\", "")).strip()


# ---------------------------------------------------------------- the book

def frames():
    made = jinja2.Environment(loader=jinja2.FileSystemLoader(str(TEMPLATES)), autoescape=True)
    made.globals.update(style=style(), script=render.template("page.js"), version=version())
    made.filters["anchor"] = quote
    return made


def page(frame, lecture, notebook, before, after):
    """A notebook's page; its head also keeps what the index says of its picture, which may come from a run that wasn't saved."""
    body = with_summary(render.body(parts(notebook), OUT, lecture.name))
    if before is None:
        body = body.replace("<details class=\"code\"><summary>The first cell", "<details class=\"code\" open><summary>The first cell", 1)
    found = render.cover(notebook)
    return frame.get_template("page.html.j2").render(
        lecture=lecture, before=before, after=after, body=body, headings=list(headings(body)), cover=shortened(found[2]) if found else "",
        mathematics=render.MATHEMATICS + '\n<script defer src="assets/mathjax.js"></script>' if render.has_mathematics(notebook) else "")


def up_to_date(file, lecture, stamp):
    if not file.exists() or file.stat().st_mtime < lecture.path.stat().st_mtime:
        return False
    return f'content="Casebook {stamp}"' in file.read_text(encoding="utf-8")[:2000]


def write(executed):
    """Writes the pages of the executed notebooks, those that are missing or old as the notebooks stand, and the index; returns its path."""
    every = notebooks.paths()
    read = {path: executed.get(path) or notebooks.read(path) for path in every}
    lectures = [notebooks.lecture(path, read[path]) for path in every]
    frame, stamp = frames(), version()
    mathjax = os.environ.get("CASEBOOK_MATHJAX")
    if mathjax and not (OUT / "assets" / "mathjax.js").exists():
        put(OUT / "assets" / "mathjax.js", Path(mathjax).read_bytes())
    entries, index = [], []
    for place, lecture in enumerate(lectures):
        file, notebook = OUT / lecture.page, read[lecture.path]
        pictures = sorted((OUT / "assets").glob(f"{glob_escape(lecture.name)}.*"))
        if lecture.path in executed or not up_to_date(file, lecture, stamp):
            execute.tidy(notebook)
            around = [lectures[at] if 0 <= at < len(lectures) else None for at in (place - 1, place + 1)]
            text = page(frame, lecture, notebook, *around)
            for old in pictures:
                old.unlink(missing_ok=True)
            found = render.cover(notebook)
            pictures = [OUT / "assets" / f"{lecture.name}.{found[1]}"] if found else []
            if found:
                put(pictures[0], found[0])
            put(file, text)
        text = file.read_text(encoding="utf-8")
        cover = re.search(r'<meta name="casebook-cover" content="([^"]*)">', text)
        entries.append({"lecture": lecture, "picture": f"assets/{quote(pictures[0].name)}" if pictures else None,
                        "alt": html.unescape(cover.group(1)) if cover else ""})
        index.append([lecture.page, lecture.title, Sections(text).sections()])
    known = {lecture.page for lecture in lectures} | {"index.html"}
    for file in OUT.glob("[0-9]*.html"):
        if file.name not in known:
            file.unlink()
    # A script and not JSON: a browser fetches none from the disk, but it runs one.
    put(OUT / "assets" / "search.js", f"casebookSearch({json.dumps(index, ensure_ascii=False, separators=(',', ':'))});\n")
    put(OUT / "index.html", frame.get_template("index.html.j2").render(entries=entries, minutes=total(lectures)))
    return OUT / "index.html"


def total(lectures):
    """How long all notebooks take, in words; nothing if one doesn't say how long it takes."""
    if not lectures or not all(lecture.minutes for lecture in lectures):
        return ""
    hours, minutes = divmod(sum(lecture.minutes for lecture in lectures), 60)
    words = [f"{count} {name}" + ("s" if count > 1 else "") for count, name in ((hours, "hour"), (minutes, "minute")) if count]
    return " ".join(words)


def glob_escape(name):
    return re.sub(r"([*?[])", r"[\1]", name)
