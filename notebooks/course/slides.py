"""Makes a deck of slides from a notebook's saved outputs and its slide metadata: one reveal.js file that needs no network.

A cell's `slideshow.slide_type` is that of RISE and nbconvert: slide, subslide, fragment, - (goes on), notes, skip; a cell without one is left out.
A code cell with the tag "hide-input" shows its output only. Notes for the speaker are the cells of type notes and a shown cell's
`casebook.notes`.
"""
import copy
import html
import importlib.util
import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

import jinja2
import nbformat

from . import notebooks, render
from .files import put
from .notebooks import HOME
from .render import TEMPLATES

OUT = HOME / "target" / "slides"

# What can be read in the last row: text of 24 pixels and code of 20, on slides of 1280×720.
CODE_LINES, CODE_COLUMNS, PRINTED_COLUMNS, TABLE_COLUMNS = 12, 60, 90, 5
PLACE = 600  # about the height that a slide has for a picture


class NoSlides(Exception):
    """The notebook says of none of its cells that it is a slide."""


@dataclass
class Slide:
    """One slide: its cells with the number of the fragment that each belongs to (0: there from the start), and the speaker's notes."""

    new: bool
    cells: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    fragments: int = 0

    @property
    def title(self):
        for cell, _ in self.cells:
            if cell.cell_type == "markdown" and cell.source.strip():
                lines = [line for line in cell.source.strip().splitlines() if line.strip()]
                return notebooks.plain(next((line for line in lines if line.startswith("#")), lines[0]).lstrip("#"))[:60]
        return next((cell.source.strip().splitlines()[0][:60] for cell, _ in self.cells if cell.source.strip()), "no text")


def slide_type(cell):
    return cell.metadata.get("slideshow", {}).get("slide_type") or "skip"


def slides(notebook):
    """The notebook's slides in order."""
    made, early = [], []
    for cell in notebook.cells:
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
        slide.fragments += kind == "fragment" or answers
        slide.cells.append((cell, slide.fragments))
        said = cell.metadata.get("casebook", {}).get("notes")
        if said:
            slide.notes.append(said)
    return made


def shown(cell):
    """The cell as a slide shows it: without a hidden input, and of its outputs no progress and no folded tables."""
    cell = copy.deepcopy(cell)
    if cell.cell_type == "markdown":
        cell.source = re.sub(r"^\*\*Time\*\*.*?(?:\n\s*\n|\Z)", "", notebooks.NEIGHBOURS.sub("", cell.source), flags=re.M | re.S)
        return cell
    if "hide-input" in cell.metadata.get("tags", []):
        cell.source = ""
    cell.metadata.pop("jupyter", None)
    cell.outputs = [output for output in cell.outputs if not left_out(output)]
    return cell


def left_out(output):
    data = output.get("data", {})
    if output.output_type == "display_data" and set(data) == {"text/plain"}:
        return True
    return re.fullmatch(r"\s*<details>(?:(?!<details).)*</details>\s*", data.get("text/html", ""), re.S) is not None


# ---------------------------------------------------------------- what can't be read in the last row

def check(notebook):
    """Sentences that name each slide that the last row can't read, or that shows nothing."""
    for number, slide in enumerate(slides(notebook), 1):
        def too_much(what, count, most):
            return f"slide {number} ({slide.title}): {what} {count}, at most {most} can be read at the back"

        visible = False
        for cell, _ in slide.cells:
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
    if len(found) == 2 and all(width < height < 1.2 * PLACE for width, height in found):
        return "beside"
    return "in-turn" if len(found) > 1 or found and found[0][1] > PLACE else ""


def body(notebook):
    """The sections of the deck."""
    made, cells = slides(notebook), []

    def add(cell, before="", after=""):
        cell = copy.deepcopy(cell)
        cell["id"] = f"part-{len(cells)}"
        cell.metadata["part_before"], cell.metadata["part_after"] = before, after
        cells.append(cell)

    for place, slide in enumerate(made):
        opening = ("<section>" if slide.new else "") + "<section>"
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
            kind = arrangement(cell) if cell.cell_type == "code" else ""
            if kind:
                start, end = f'{start}<div class="pictures {kind}">', "</div>"
            add(cell, opening + start, end)
            opening = ""
        if fragment:
            closing = "</div>" + closing
        notes = nbformat.v4.new_markdown_cell("\n\n".join(slide.notes))
        add(notes, '<aside class="notes">' if slide.notes else "", ("</aside>" if slide.notes else "") + closing)
    return render.body(nbformat.from_dict({**notebook, "cells": cells}), OUT, "slides", pages="../course/")


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
    mathematics = ""
    if render.has_mathematics(notebook) and mathjax:
        # Each formula carries its own glyphs: the speaker's window shows a slide's notes without the slide.
        mathematics = (render.MATHEMATICS.replace('fontCache: "global"', 'fontCache: "local"')
                       + f"\n<script>{inline(Path(mathjax).read_text(encoding='utf-8'))}</script>")
    return made.get_template("slides.html.j2").render(
        lecture=lecture, body=body(notebook), mathematics=mathematics,
        style=reveal("dist/reset.css", "dist/reveal.css") + render.template("slides.css") + render.code_colours("xcode", ".highlight"),
        script=inline(reveal("dist/reveal.js", "plugin/notes/notes.js")), own=render.template("slides.js"))


def inline(script):
    """A script as it can stand inside a page."""
    return re.sub(r"</(script)", r"<\\/\1", script, flags=re.I)


def main(words):
    chosen, named = notebooks.asked(words, "slides", "Writes a deck of slides for each notebook, from its saved outputs.")
    written, without = 0, []
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
        for sentence in check(notebook):
            print(f"{path.stem}, {sentence}", file=sys.stderr)
        print(f"{len(slides(notebook))} slides: {OUT / lecture.page}")
    # Of all notebooks some may have none; one that was asked for may not.
    if without and (named or not written):
        print("\n".join(without), file=sys.stderr)
        return 1
    return 0
