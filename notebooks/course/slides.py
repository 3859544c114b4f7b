"""Makes a deck of slides from a notebook's saved outputs and its slide metadata: one reveal.js file that needs no network.

A cell's `slideshow.slide_type` is that of RISE and nbconvert: slide, subslide, fragment, - (goes on), notes, skip; a cell without one is left out.
A code cell with the tag "hide-input" shows its output only. Notes for the speaker are the cells of type notes and a shown cell's
`casebook.notes`. What else a slide needs stands in the metadata `casebook` of its cells, where no reader of the notebook meets it:

  slide           Markdown for the slide, in place of a text cell's own text or above what a code cell shows
  minutes         how long to stay; the notes and the speaker's clock add them up
  poll            choices for a prediction, two to four: they stand as large buttons, which count hands; the next step marks the right one, which is
                  the choice that says what the notebook's outcome(…) found or, of numbers, is next to it
  rows, columns   the part of a table that is shown: the texts of rows' first cells, and of columns' heads
  instead         true: the cell's pictures come in the place of those before, at the next step
"""
import argparse
import copy
import html
import importlib.util
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import jinja2
import nbformat

from . import browser, notebooks, render
from .files import put
from .notebooks import HOME
from .render import TEMPLATES

OUT = HOME / "target" / "slides"

# What can be read in the last row: text of 24 pixels and code of 20, on slides of 1280×720.
CODE_LINES, CODE_COLUMNS, PRINTED_COLUMNS, TABLE_COLUMNS = 12, 60, 90, 5
PLACE = 600  # about the height that a slide has for a picture
SCREENS = (1280, 720), (1920, 1080)
SEEN, SECONDS = 3, 300  # pixels that a browser's rounding may cost; the most that a browser gets for a deck


class NoSlides(Exception):
    """The notebook says of none of its cells that it is a slide."""


class NotMeasured(Exception):
    """There is no browser to measure a deck in, or it did not do so."""


@dataclass
class Slide:
    """One slide: its cells with the number of the fragment that each belongs to (0: there from the start), and the speaker's notes."""

    new: bool
    cells: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    fragments: int = 0
    minutes: float = 0

    @property
    def title(self):
        for cell, _ in self.cells:
            text = said(cell, "slide") or (cell.source if cell.cell_type == "markdown" else "")
            if text.strip():
                lines = [line for line in text.strip().splitlines() if line.strip()]
                return notebooks.plain(next((line for line in lines if line.startswith("#")), lines[0]).lstrip("#"))[:60]
        return next((cell.source.strip().splitlines()[0][:60] for cell, _ in self.cells if cell.source.strip()), "no text")


def said(cell, name):
    return cell.metadata.get("casebook", {}).get(name)


def slide_type(cell):
    return cell.metadata.get("slideshow", {}).get("slide_type") or "skip"


def slides(notebook):
    """The notebook's slides in order."""
    made, early = [], []
    for place, cell in enumerate(notebook.cells):
        kind = slide_type(cell)
        if kind == "skip" or cell.cell_type == "raw":
            continue
        if kind == "notes":
            (made[-1].notes if made else early).append(f"```java\n{cell.source}\n```" if cell.cell_type == "code" else cell.source)
            continue
        if not made or kind in ("slide", "subslide"):
            made.append(Slide(new=not made or kind == "slide"))
            made[-1].notes += early
            early = []
        slide = made[-1]
        # An answer on the slide of its question waits until the room has made its guess.
        answers = kind == "-" and cell.cell_type == "code" and not slide.fragments and any("**Predict" in before.source for before, _ in slide.cells)
        slide.minutes += said(cell, "minutes") or 0
        if said(cell, "notes"):
            slide.notes.append(said(cell, "notes"))
        before = slide.cells[-1][0] if slide.cells else None
        if said(cell, "instead") and before is not None and before.cell_type == "code":
            slide.cells[-1] = (together(before, cell), slide.cells[-1][1])
            continue
        slide.fragments += kind == "fragment" or answers
        if said(cell, "poll"):
            cell = copy.deepcopy(cell)
            cell.metadata["answer"] = outcome(notebook.cells[place + 1:])
        slide.cells.append((cell, slide.fragments))
    return made


def together(first, second):
    """One cell with the pictures of two: they are seen in turn."""
    both = copy.deepcopy(first)
    both.metadata["in_turn"] = True
    both.outputs = both.outputs + [output for output in second.outputs if pictures({"outputs": [output]})]
    return both


def outcome(cells):
    """What the next prediction turned out to be, as the notebook printed it; None if it has not been run."""
    for cell in cells:
        for output in cell.get("outputs", []):
            found = re.search(r"</summary>\s*It is (.*?)\s*</details>", output.get("data", {}).get("text/html", ""), re.S)
            if found:
                return html.unescape(re.sub("<[^>]+>", "", found.group(1)))
    return None


def right(choices, answer):
    """The place of the choice that is the answer, or of the number next to it; None if there is none."""
    def number(text):
        found = re.match(r"(?:about )?([-−]?[\d,]*\.?\d+(?:e-?\d+)?)", text)
        return float(found.group(1).replace(",", "").replace("−", "-")) if found else None

    def bare(text):
        return re.sub(r"\s*\(.*", "", text).strip(' "').casefold()

    if answer is None:
        return None
    if re.fullmatch("[a-d]", answer) and answer not in map(bare, choices):
        return ord(answer) - ord("a")
    same = [place for place, choice in enumerate(choices) if bare(choice) == bare(answer)]
    numbers = [number(choice) for choice in choices]
    if same or number(answer) is None or None in numbers:
        return same[0] if same else None
    return min(range(len(choices)), key=lambda place: abs(numbers[place] - number(answer)))


def poll(cell):
    """The choices as buttons; the right one is marked at the next step."""
    choices, buttons = said(cell, "poll"), []
    for place, choice in enumerate(choices):
        marked = " fragment custom" if place == right(choices, cell.metadata.get("answer")) else ""
        buttons.append(f'<button type="button" class="choice{marked}"><b>{chr(ord("a") + place)}</b> <span>{html.escape(choice)}</span> '
                       f'<output></output></button>')
    return f'\n\n<div class="poll">{"".join(buttons)}</div>\n'


def shown(cell):
    """The cell as a slide shows it: without a hidden input, and of its outputs no progress and no folded tables."""
    cell = copy.deepcopy(cell)
    if cell.cell_type == "markdown":
        text = said(cell, "slide") or re.sub(r"^\*\*Time\*\*.*?(?:\n\s*\n|\Z)", "", notebooks.NEIGHBOURS.sub("", cell.source), flags=re.M | re.S)
        cell.source = text + (poll(cell) if said(cell, "poll") else "")
        return cell
    if "hide-input" in cell.metadata.get("tags", []):
        cell.source = ""
    cell.metadata.pop("jupyter", None)
    cell.outputs = [output for output in cell.outputs if not left_out(output)]
    for output in cell.outputs:
        if "text/html" in output.get("data", {}) and (said(cell, "rows") or said(cell, "columns")):
            output.data["text/html"] = part(output.data["text/html"], said(cell, "rows"), said(cell, "columns"))
    return cell


ROW, CELL = r"<tr\b.*?</tr>", r"<t[hd]\b.*?</t[hd]>"


def words(markup):
    return " ".join(html.unescape(re.sub("<[^>]+>", "", markup)).split())


def heads(table):
    """The heads of a table's columns, and the first cells of its other rows."""
    rows = [[words(cell) for cell in re.findall(CELL, row, re.S)] for row in re.findall(ROW, table, re.S)]
    return (rows[0], [row[0] for row in rows[1:] if row]) if rows else ([], [])


def part(table, rows, columns):
    """The table with these rows and columns only."""
    names, firsts = heads(table)
    places = [place for place, name in enumerate(names) if not columns or name in columns]
    seen = iter(range(len(firsts) + 1))

    def row(match):
        cells = re.findall(CELL, match.group(), re.S)
        if next(seen) and rows and words(cells[0]) not in rows:
            return ""
        kept = [cells[place] for place in places] if columns and len(cells) == len(names) else cells
        return re.match(r"<tr\b[^>]*>", match.group()).group() + "".join(kept) + "</tr>"

    return re.sub(ROW, row, table, flags=re.S)


def left_out(output):
    data = output.get("data", {})
    if output.output_type == "display_data" and set(data) == {"text/plain"}:
        return True
    return re.fullmatch(r"\s*<details\b[^>]*>(?:(?!<details).)*</details>\s*", data.get("text/html", ""), re.S) is not None


# ---------------------------------------------------------------- what can't be read in the last row

def check(notebook):
    """Sentences that name each slide that the last row can't read, or that shows nothing."""
    made = slides(notebook)
    for number, slide in enumerate(made, 1):
        def too_much(what, count, most):
            return f"slide {number} ({slide.title}): {what} {count}, at most {most} can be read at the back"

        if any(other.minutes for other in made):
            if not slide.minutes:
                yield f"slide {number} ({slide.title}) says nothing of its minutes: write casebook.minutes into its first cell's metadata"
            first = shown(slide.cells[0][0])
            if not (said(first, "slide") or (first.source if first.cell_type == "markdown" else "")).lstrip().startswith("#"):
                yield f"slide {number} ({slide.title}) has no title: begin casebook.slide in its first cell's metadata with ## and a sentence"
        visible = False
        for cell, _ in slide.cells:
            yield from (f"slide {number} ({slide.title}): {sentence}" for sentence in not_there(cell))
            cell = shown(cell)
            source = cell.source.strip()
            visible |= bool(source) or bool(cell.get("outputs"))
            blocks = [source] if cell.cell_type == "code" else re.findall(r"^```[^\n]*\n(.*?)^```", source, re.M | re.S)
            for block in filter(None, blocks):
                lines = block.rstrip().splitlines()
                if len(lines) > CODE_LINES:
                    yield too_much("lines of code:", len(lines), CODE_LINES)
                if max(map(len, lines)) > CODE_COLUMNS:
                    yield too_much("columns of code:", max(map(len, lines)), CODE_COLUMNS)
            texts = [source] if cell.cell_type == "markdown" else []
            for output in cell.get("outputs", []):
                texts.append(output.get("data", {}).get("text/html", ""))
                # A printed line that is longer goes on in the next.
                lines = sum(max(1, -(-len(line) // PRINTED_COLUMNS)) for line in output.get("text", "").splitlines())
                if lines > CODE_LINES:
                    yield too_much("printed lines:", lines, CODE_LINES)
            for columns in filter(lambda count: count > TABLE_COLUMNS, map(table_columns, texts)):
                yield too_much("columns of a table:", columns, TABLE_COLUMNS)
        if not visible:
            yield f"slide {number} ({slide.title}) shows nothing: run the notebook with --save, its output is not there"


def not_there(cell):
    """Sentences about what a cell's metadata asks for and the cell has not."""
    choices, answer = said(cell, "poll"), cell.metadata.get("answer")
    if choices and not 2 <= len(choices) <= 4:
        yield f"a poll of {len(choices)} choices; two to four can be asked"
    if choices and answer is not None and right(choices, answer) is None:
        yield f"none of the poll's choices is the answer, {answer}"
    tables = [output.data["text/html"] for output in cell.get("outputs", []) if "<tr" in output.get("data", {}).get("text/html", "")
              and not left_out(output)]
    names, firsts = (sum(both, []) for both in zip(*map(heads, tables))) if tables else ([], [])
    for kind, asked, has in (("columns", said(cell, "columns"), names), ("rows", said(cell, "rows"), firsts)):
        for name in asked or []:
            if name not in has:
                yield f"casebook.{kind} names {name}, which its table has not; it has {', '.join(has) or 'none: the cell shows no table'}"


def table_columns(text):
    """The columns of the widest table in HTML or Markdown."""
    rows = [sum(int(re.search(r'colspan="?(\d+)|$', cell).group(1) or 1) for cell in re.findall(r"<t[hd]\b[^>]*>", row))
            for row in re.findall(r"<tr\b.*?</tr>", re.sub(r"<script\b.*?</script>", "", text, flags=re.S), re.S)]
    rows += [len(line.strip().strip("|").split("|")) for line in re.findall(r"^\s*\|.*\|\s*$", text, re.M)]
    return max(rows, default=0)


# ---------------------------------------------------------------- the deck

def pictures(cell):
    return [output for output in cell.get("outputs", []) if set(render.SUFFIX) & set(output.get("data", {}))]


def size(output):
    for kind in render.SUFFIX:
        said = output.get("metadata", {}).get(kind, {})
        if str(said.get("width", "")).isdigit() and str(said.get("height", "")).isdigit():
            return int(said["width"]), int(said["height"])
    return None


def arrangement(cell):
    """A class for the cell's pictures: beside each other if two are high and can be read so, else one after another, high ones in pieces."""
    found = [size(output) or (4, 3) for output in pictures(cell)]
    if len(found) == 2 and "in_turn" not in cell.metadata and all(width < height < 1.2 * PLACE for width, height in found):
        return "beside"
    return "in-turn" if len(found) > 1 or found and found[0][1] > PLACE else ""


def parts(notebook):
    """The deck as a notebook: its cells carry the sections' tags around them."""
    made, cells = slides(notebook), []
    total, passed = sum(slide.minutes for slide in made), 0

    def add(cell, before="", after=""):
        cell = copy.deepcopy(cell)
        cell["id"] = f"part-{len(cells)}"
        cell.metadata["part_before"], cell.metadata["part_after"] = before, after
        cells.append(cell)

    for place, slide in enumerate(made):
        opening = ("<section>" if slide.new else "") + (f'<section data-timing="{slide.minutes * 60:.0f}">' if total else "<section>")
        last = place + 1 == len(made) or made[place + 1].new
        closing = "</section>" + ("</section>" if last else "")
        fragment = 0
        for cell, own in slide.cells:
            cell = shown(cell)
            start = '<div class="fragment">' if own != fragment else ""
            end = ""
            if start and fragment:
                start = "</div>" + start
            fragment = own
            if cell.cell_type == "code" and said(cell, "slide"):
                add(nbformat.v4.new_markdown_cell(said(cell, "slide")), opening + start)
                opening = start = ""
            kind = arrangement(cell) if cell.cell_type == "code" else ""
            if kind:
                start, end = f'{start}<div class="pictures {kind}">', "</div>"
            add(cell, opening + start, end)
            opening = ""
        if fragment:
            closing = "</div>" + closing
        spoken = list(slide.notes)
        if total:
            spoken.insert(0, f"**{slide.minutes:g} min**, from {passed:g} to {passed + slide.minutes:g} of {total:g}")
            passed += slide.minutes
        notes = nbformat.v4.new_markdown_cell("\n\n".join(spoken))
        add(notes, '<aside class="notes">' if spoken else "", ("</aside>" if spoken else "") + closing)
    return nbformat.from_dict({**notebook, "cells": cells})


def reveal(*names):
    """Files of reveal.js, which come in a package that is never imported."""
    found = importlib.util.find_spec("sphinx_revealjs")
    folder = Path(found.submodule_search_locations[0]) / "_static" / "revealjs"
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in names)


def deck(lecture, notebook):
    """The deck as one HTML file."""
    if not slides(notebook):
        raise NoSlides(f"{lecture.path.name} has no slides: none of its cells has a slide type (in JupyterLab: Property Inspector, Slide Type).")
    made = jinja2.Environment(loader=jinja2.FileSystemLoader(str(TEMPLATES)), autoescape=True)
    mathjax = os.environ.get("CASEBOOK_MATHJAX")
    mathematics, cells = "", parts(notebook)
    if render.has_mathematics(cells) and mathjax:
        # Each formula carries its own glyphs: the speaker's window shows a slide's notes without the slide.
        mathematics = (render.MATHEMATICS.replace('fontCache: "global"', 'fontCache: "local"')
                       + f"\n<script>{inline(Path(mathjax).read_text(encoding='utf-8'))}</script>")
    return made.get_template("slides.html.j2").render(
        lecture=lecture, body=render.body(cells, OUT, "slides", pages="../course/"), mathematics=mathematics,
        style=reveal("dist/reset.css", "dist/reveal.css") + render.template("slides.css") + render.code_colours("xcode", ".highlight"),
        script=inline(reveal("dist/reveal.js", "plugin/notes/notes.js")), own=render.template("slides.js"))


def inline(script):
    """A script as it can stand inside a page."""
    return re.sub(r"</(script)", r"<\\/\1", script, flags=re.I)


# ---------------------------------------------------------------- what is cut off

def measured(file, width, height):
    """What a browser of this size finds cut off in a deck: (slide's number from 1, what is too large, pixels)."""
    program = browser.find()
    if not program:
        raise NotMeasured("the decks are written, but not measured: that needs Chromium, Chrome or Edge, and none is found. "
                          "Set CASEBOOK_BROWSER to its program, or leave --check away.")
    try:
        page = browser.dom(program, f"{file.as_uri()}?measure", SECONDS, "--no-sandbox", "--hide-scrollbars", f"--window-size={width},{height}",
                           "--virtual-time-budget=20000000")
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise NotMeasured(f"{file.name} could not be measured: {problem}") from None
    found = re.search(r'<pre id="measured">(.*?)</pre>', page, re.S)
    if not found:
        raise NotMeasured(f"{file.name} could not be measured: the browser {program} did not step through it")
    return [tuple(one) for one in json.loads(html.unescape(found.group(1)))]


def cut_off(file, made):
    """Sentences that name each slide of the deck that does not fit on a screen."""
    for width, height in SCREENS:
        for number, what, pixels in measured(file, width, height):
            if pixels >= SEEN:
                yield (f"slide {number} ({made[number - 1].title}): {what} by {pixels} pixels at {width}×{height}: shorten it, show a part "
                       "of its table (casebook.rows, casebook.columns), or begin another slide")


def main(words):
    parser = argparse.ArgumentParser(prog=f"{notebooks.ME} slides", description="Writes a deck of slides for each notebook, from its saved outputs.")
    parser.add_argument("--check", action="store_true",
                        help="also step through each deck in Chromium, Chrome or Edge, and fail if a slide is cut off (some minutes)")
    options, words = parser.parse_known_args(words)
    chosen, named = notebooks.asked(words, "slides", parser.description)
    written, without, wrong = 0, [], False
    for path in chosen:
        notebook = notebooks.read(path)
        lecture = notebooks.lecture(path, notebook)
        try:
            text = deck(lecture, notebook)
        except NoSlides as problem:
            without.append(str(problem))
            continue
        put(OUT / lecture.page, text)
        written += 1
        made, sentences = slides(notebook), list(check(notebook))
        try:
            sentences += cut_off(OUT / lecture.page, made) if options.check else []
        except NotMeasured as problem:
            print(problem, file=sys.stderr)
            return 1
        for sentence in sentences:
            print(f"{path.stem}, {sentence}", file=sys.stderr)
        wrong |= bool(sentences)
        total = sum(slide.minutes for slide in made)
        print(f"{len(made)} slides{f', {total:g} minutes' if total else ''}: {OUT / lecture.page}")
    # Of all notebooks some may have none; one that was asked for may not.
    if without and (named or not written):
        print("\n".join(without), file=sys.stderr)
        return 1
    return 1 if options.check and wrong else 0
