"""The notebooks of the course: where they are, what they are called, what they say about themselves."""
import argparse
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat

from . import ME

HOME = Path(os.environ.get("CASEBOOK_HOME") or Path(__file__).resolve().parents[2])
FOLDER = HOME / "notebooks"

# The line with links to the notebooks before and after.
NEIGHBOURS = re.compile(r"^(?:(?: · )?(?:Previous|Next): \[[^\]]*\]\([^)]*\))+\n*", re.M)


class Unknown(Exception):
    """A notebook was asked for that isn't there."""


@dataclass(frozen=True)
class Lecture:
    """A notebook as the index shows it."""

    path: Path
    title: str
    summary: str
    minutes: int | None

    @property
    def name(self):
        return self.path.stem

    @property
    def number(self):
        return self.name.split("-")[0]

    @property
    def page(self):
        return f"{self.name}.html"


def paths(folder=None):
    """All notebooks in the order of the course."""
    return sorted((folder or FOLDER).glob("[0-9]*.ipynb"), key=lambda path: path.name)


def choose(words, folder=None):
    """The notebooks that the words name, by number (02 or 2), name or file; all of them without a word."""
    every = paths(folder)
    chosen = []
    for word in words:
        name = Path(word).name.removesuffix(".ipynb")
        found = [path for path in every if name in (path.stem, path.stem.split("-")[0], path.stem.split("-")[0].removeprefix("0"))]
        if not found:
            numbers = ", ".join(path.stem.split("-")[0] for path in every)
            raise Unknown(f"There is no notebook {word}; there are {numbers}." if every else f"There is no notebook in {folder or FOLDER}.")
        chosen += [path for path in found if path not in chosen]
    return sorted(chosen, key=lambda path: path.name) if words else every


def asked(words, command, does):
    """The notebooks that a command line names, and whether it names any: for a command that takes nothing else. A name that is not there ends
    the program as any wrong usage does."""
    parser = argparse.ArgumentParser(prog=f"{ME} {command}", description=does)
    parser.add_argument("notebooks", nargs="*", metavar="NOTEBOOK", help="a notebook's number (05) or name; all without one")
    named = parser.parse_args(words).notebooks
    try:
        return choose(named), bool(named)
    except Unknown as unknown:
        print(unknown, file=sys.stderr)
        raise SystemExit(2) from None


def read(path):
    """The notebook, its cells with ids: those that lack one get the same at every reading."""
    notebook = nbformat.reads(Path(path).read_text(encoding="utf-8"), as_version=nbformat.NO_CONVERT)
    if (notebook.nbformat, notebook.nbformat_minor) < (4, 5):
        notebook = nbformat.convert(notebook, 4)
        notebook.nbformat_minor = 5
        for index, cell in enumerate(notebook.cells):
            cell["id"] = f"cell-{index}"
    return notebook


def plain(markdown):
    """Markdown's text without its marks."""
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", markdown)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"<[^>]+>", "", text)
    return re.sub(r"\s+", " ", re.sub(r"(\*\*|__|`|(?<!\w)[*_]|[*_](?!\w))", "", text)).strip()


def lecture(path, notebook):
    """Title, summary and minutes; the notebook's metadata `casebook` (summary, minutes) comes before its text. The summary is what the learner
    will be able to do, or else the first sentences."""
    said = notebook.metadata.get("casebook", {})
    text = "\n\n".join(cell.source for cell in notebook.cells[:3] if cell.cell_type == "markdown")
    heading = re.search(r"^# +(.+?) *#*$", text, re.M)
    summary = said.get("summary")
    able = re.search(r"\*\*You will be able to\*\*\s+(.+?[.?!])(?=\s|$)(?!\w)", text, re.S)
    if not summary and able:
        words = plain(able.group(1))
        summary = words[0].upper() + words[1:]
    if not summary:
        rest = text[heading.end():] if heading else text
        for paragraph in re.split(r"\n\s*\n", rest):
            words = plain(re.sub(r"\[[^\]]*\]\([^)]*\)", "", paragraph))
            # A paragraph of prose: no heading, list, table or quotation, and more than links.
            if re.match(r"\s*([#|>]|[-*+] |\d+\. |\$\$|```)", paragraph) or len(words) < 40 or not re.search(r"[.?!:](\s|$)", words):
                continue
            sentences = re.split(r"(?<=[.?!])\s+(?=[A-Z0-9“\"(])", plain(paragraph))
            summary = sentences[0]
            if len(sentences) > 1 and len(summary) + len(sentences[1]) < 220:
                summary += " " + sentences[1]
            break
    minutes = said.get("minutes")
    if not minutes:
        found = re.search(r"(\d+)\s*min(?:utes|\b)", text)
        minutes = int(found.group(1)) if found else None
    return Lecture(Path(path), plain(heading.group(1)) if heading else Path(path).stem, summary or "", minutes)
