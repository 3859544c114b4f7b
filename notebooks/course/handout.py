"""Makes two versions of a notebook: one for students, without answers and outputs, and one for the instructor, with everything open."""
import copy
import posixpath
import re
from urllib.parse import unquote

import nbformat

from . import copies, notebooks
from .files import put
from .notebooks import FOLDER, HOME

OUT = HOME / "target" / "handout"
HEADING = re.compile(r"#+ +solutions?\s*", re.I)
ANSWER = re.compile(r"\s*(answer|solution)\b", re.I)
DETAILS = re.compile(r"<details\b[^>]*>\s*<summary\b[^>]*>(.*?)</summary>.*?</details>", re.S | re.I)


def is_solution(cell):
    return "solution" in cell.metadata.get("tags", [])


def fresh(notebook):
    """A copy whose links to files outside the notebooks' folder lead out of target/handout/…; pictures and other notebooks come along."""
    def moved(match):
        file = unquote(match.group(2).split("#")[0])
        if not file.startswith("../") or not (FOLDER / file).exists():
            return match.group(0)
        return match.group(1) + posixpath.normpath(posixpath.join("../../../notebooks", match.group(2)))

    made = copy.deepcopy(notebook)
    for cell in made.cells:
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"(\]\()((?!#|/|[a-z][a-z0-9+.-]*:)[^)\s]+)", moved, cell.source, flags=re.I)
    return made


def student(notebook):
    """Without solutions and the instructor's notes, and without outputs where something is asked; predictions and exercises are open. Of an
    answer that is folded below its question the question is left."""
    made, stripped = fresh(notebook), copies.asks(notebook)
    cells = []
    for place, cell in enumerate(made.cells):
        after = made.cells[place + 1] if place + 1 < len(made.cells) else None
        if is_solution(cell) or after is not None and is_solution(after) and cell.cell_type == "markdown" and HEADING.fullmatch(cell.source.strip()):
            continue
        if cell.cell_type == "code" and stripped:
            cell.outputs, cell.execution_count = [], None
        elif cell.cell_type == "markdown":
            left, count = DETAILS.subn(question, cell.source)
            if count:
                cell.source = re.sub(r"\n{3,}", "\n\n", left.replace(" before you open it", "")).strip()
        said = {key: value for key, value in cell.metadata.get("casebook", {}).items() if key != "notes"}
        cell.metadata.pop("casebook", None)
        if said:
            cell.metadata["casebook"] = said
        cells.append(cell)
    made.cells = cells
    return made


def question(match):
    return "" if ANSWER.match(match.group(1)) else f"**{match.group(1).strip()}**"


def instructor(notebook):
    """With all outputs, the solutions open, and the notes as quoted text below what they belong to."""
    made = fresh(notebook)
    cells = []
    for cell in made.cells:
        for name in ("source_hidden", "outputs_hidden"):
            cell.metadata.get("jupyter", {}).pop(name, None)
        if not cell.metadata.get("jupyter", True):
            del cell.metadata["jupyter"]
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace("<details>", "<details open>")
        cells.append(cell)
        said = cell.metadata.get("casebook", {}).get("notes")
        if said:
            quoted = "\n".join(f"> {line}".rstrip() for line in f"**For the instructor.** {said.strip()}".splitlines())
            note = nbformat.v4.new_markdown_cell(quoted, metadata={"slideshow": {"slide_type": "skip"}, "tags": ["instructor"]})
            note["id"] = f"{cell['id']}-notes"[:64]
            cells.append(note)
    made.cells = cells
    return made


VERSIONS = {"student": student, "instructor": instructor}


def main(words):
    chosen, _ = notebooks.asked(words, "handout", "Writes a student's and an instructor's version of each notebook.")
    for name, version in VERSIONS.items():
        for path in chosen:
            made = version(notebooks.read(path))
            nbformat.validate(made)
            put(OUT / name / path.name, nbformat.writes(made, version=nbformat.NO_CONVERT) + "\n")
            for file in copies.pictures(path):
                put(OUT / name / file, (path.parent / file).read_bytes())
    count = f"{len(chosen)} notebooks" if len(chosen) != 1 else "1 notebook"
    print(f"{count}: {OUT / 'student'} and {OUT / 'instructor'}")
    return 0
