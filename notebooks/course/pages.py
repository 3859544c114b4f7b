"""Makes the course's pages: one a notebook and an index, which need no network and no server."""
import base64
import html
import mimetypes
import os
import re
import shutil
from pathlib import Path
from urllib.parse import quote, unquote

import jinja2
from nbconvert import HTMLExporter
from pygments.formatters import HtmlFormatter
from traitlets.config import Config

from . import execute, notebooks
from .notebooks import FOLDER, HOME

OUT = HOME / "target" / "course"
TEMPLATES = Path(__file__).parent / "templates"
SUFFIX = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg"}

MATHEMATICS = """<script>
MathJax = {
  tex: {inlineMath: [["$", "$"], ["\\\\(", "\\\\)"]], processEscapes: true},
  svg: {fontCache: "global"},
  options: {ignoreHtmlClass: "tex2jax_ignore", processHtmlClass: "tex2jax_process", enableMenu: false}
};
</script>
<script defer src="assets/mathjax.js"></script>"""


def style():
    """The pages' style sheet, with the colours of code by day and by night."""
    def colours(name):
        rules = HtmlFormatter(style=name).get_style_defs(".highlight").splitlines()
        return "\n".join(rule for rule in rules if rule.startswith(".highlight ."))

    return f"{(TEMPLATES / 'page.css').read_text(encoding='utf-8')}\n{colours('xcode')}\n@media (prefers-color-scheme: dark) {{\n{colours('github-dark')}\n}}\n"


def bytes_of(output, kind):
    data = output.data[kind]
    return data.encode() if kind == "image/svg+xml" else base64.b64decode(data)


def alternative(output, kind, cell):
    """What a picture shows, in words: from its metadata, the text beside it, or the cell's."""
    metadata = output.get("metadata", {})
    for place in (metadata.get(kind, {}), metadata, cell.metadata):
        if isinstance(place, dict) and place.get("alt"):
            return place["alt"]
    if kind == "image/svg+xml":
        title = re.search(r"<(?:title|desc)[^>]*>([^<]+)<", output.data[kind])
        if title:
            return html.unescape(title.group(1)).strip()
    text = output.data.get("text/plain", "")
    return "" if re.search(r"@[0-9a-f]{5,}|^BufferedImage|^\s*$", text) else text.strip()


def picture(output, kind, cell):
    data = base64.b64encode(bytes_of(output, kind)).decode()
    metadata = output.get("metadata", {}).get(kind, {})
    size = "".join(f' {side}="{int(metadata[side])}"' for side in ("width", "height") if str(metadata.get(side, "")).isdigit())
    return f'<figure><img src="data:{kind};base64,{data}" alt="{html.escape(alternative(output, kind, cell))}"{size}></figure>'


def page_links(text):
    """Links between notebooks become links between pages, links to the project's files keep their target, pictures move in, tables scroll."""
    def link(match):
        target, anchor = html.unescape(match.group(2)), match.group(3) or ""
        if re.match(r"[a-z][a-z0-9+.-]*:|//|/", target, re.I):
            return match.group(0)
        if "/" not in target and target.endswith(".ipynb"):
            target = target[:-len("ipynb")] + "html"
        elif (FOLDER / unquote(target)).exists():
            target = quote(os.path.relpath(FOLDER / unquote(target), OUT).replace(os.sep, "/"))
        return f'{match.group(1)}"{html.escape(target)}{anchor}"'

    def embed(match):
        file = FOLDER / unquote(html.unescape(match.group(2)))
        kind = mimetypes.guess_type(file.name)[0] or ""
        if not kind.startswith("image/") or not file.is_file():
            return match.group(0)
        return f'{match.group(1)}"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"'

    text = re.sub(r'(<a\b[^>]*?\bhref=)"([^"#]+)(#[^"]*)?"', link, text)
    # nbconvert's own embedding closes a <details> before the text that it holds.
    text = re.sub(r'(<img\b[^>]*?\bsrc=)"((?!data:|[a-z]+:|//)[^"]+)"', embed, text)
    return re.sub(r"<table\b.*?</table>", lambda match: f'<div class="scroll" tabindex="0">{match.group(0)}</div>', text, flags=re.S)


def exporter():
    made = HTMLExporter(
        template_name="casebook", extra_template_basedirs=[str(TEMPLATES)],
        filters={"picture": picture, "page_links": page_links, "escape_html": html.escape},
        config=Config({"HTMLExporter": {"anchor_link_text": "#"}}))
    made.exclude_input_prompt = made.exclude_output_prompt = True
    return made


def navigation(before, after):
    def item(lecture, text):
        return f'<li><a href="{html.escape(lecture.page)}">{text.format(html.escape(lecture.title))}</a></li>' if lecture else "<li></li>"

    return f'<ol>{item(before, "← {}")}<li><a href="index.html">Casebook</a></li>{item(after, "{} →")}</ol>'


def lead_picture(notebook):
    """The notebook's first picture as (bytes, suffix); None if it has none."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            for kind, suffix in SUFFIX.items():
                if kind in data:
                    return bytes_of(output, kind), suffix
            embedded = re.search(r'src="data:(image/(?:png|jpeg|svg\+xml));base64,([^"]+)"', data.get("text/html", ""))
            if embedded:
                return base64.b64decode(embedded.group(2)), SUFFIX[embedded.group(1)]
    return None


def put(path, content):
    """Writes a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.replace(part, path)


def write(executed):
    """Writes the pages of the executed notebooks, those that are missing as the notebooks stand, and the index; returns its path."""
    every = notebooks.paths()
    read = {path: executed.get(path) or notebooks.read(path) for path in every}
    lectures = [notebooks.lecture(path, read[path]) for path in every]
    sheet, make = style(), exporter()
    mathjax = os.environ.get("CASEBOOK_MATHJAX")
    if mathjax and not (OUT / "assets" / "mathjax.js").exists():
        (OUT / "assets").mkdir(parents=True, exist_ok=True)
        shutil.copyfile(mathjax, OUT / "assets" / "mathjax.js")
    entries = []
    for index, lecture in enumerate(lectures):
        notebook, page = read[lecture.path], OUT / lecture.page
        pictures = sorted((OUT / "assets").glob(f"{glob_escape(lecture.name)}.*"))
        if lecture.path in executed or not page.exists() or page.stat().st_mtime < lecture.path.stat().st_mtime:
            execute.tidy(notebook)
            has_mathematics = any(re.search(r"\$|\\\(|\\\[|\\begin", cell.source) for cell in notebook.cells if cell.cell_type == "markdown")
            around = navigation(lectures[index - 1] if index else None, lectures[index + 1] if index + 1 < len(lectures) else None)
            make.environment.globals["page"] = {"title": lecture.title, "style": sheet, "navigation": around, "first": index == 0,
                                                "mathematics": MATHEMATICS if has_mathematics else ""}
            text, _ = make.from_notebook_node(notebook, resources={"metadata": {"name": lecture.name, "path": str(FOLDER)}})
            for old in pictures:
                old.unlink(missing_ok=True)
            found = lead_picture(notebook)
            pictures = [OUT / "assets" / f"{lecture.name}.{found[1]}"] if found else []
            if found:
                put(pictures[0], found[0])
            put(page, text)
        entries.append({"lecture": lecture, "picture": f"assets/{quote(pictures[0].name)}" if pictures else None})
    known = {lecture.page for lecture in lectures} | {"index.html"}
    for page in OUT.glob("[0-9]*.html"):
        if page.name not in known:
            page.unlink()
    template = jinja2.Environment(autoescape=False).from_string((TEMPLATES / "index.html.j2").read_text(encoding="utf-8"))
    put(OUT / "index.html", template.render(style=sheet, entries=entries))
    return OUT / "index.html"


def glob_escape(name):
    return re.sub(r"([*?[])", r"[\1]", name)
