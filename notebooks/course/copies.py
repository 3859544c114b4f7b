"""The learner's own copies of the notebooks: made without answers, and never overwritten once they were edited."""
import hashlib
import json
import os
import re
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import nbformat

from . import ME, notebooks
from .files import put

RECORD = ".copied.json"


def place():
    """Where the copies are: in the project's folder, or where the environment variable CASEBOOK_WORK says."""
    return Path(os.environ.get("CASEBOOK_WORK") or notebooks.HOME / "work").absolute()


@dataclass
class Report:
    """What refreshing the copies did; edited copies stay, those of an older notebook and those of which that can't be told."""

    made: list = field(default_factory=list)
    replaced: list = field(default_factory=list)
    outdated: list = field(default_factory=list)
    unknown: list = field(default_factory=list)

    def sentences(self):
        """What the learner must know, for the terminal."""
        def numbers(names):
            return " ".join(name.split("-")[0] for name in names)

        if self.outdated:
            yield (f"The project has a newer {', '.join(self.outdated)}; your copy is edited and stays. "
                   f"{ME} lab --fresh {numbers(self.outdated)} keeps yours under another name and starts anew.")
        if self.unknown:
            yield (f"Your {', '.join(self.unknown)} differs from the project's and stays. "
                   f"{ME} lab --fresh {numbers(self.unknown)} keeps yours under another name and starts anew.")


def digest(data):
    return hashlib.sha256(data).hexdigest()


def asks(notebook):
    """Whether the notebook asks something. The outputs of one that does not, such as the cheat sheet, give nothing away."""
    return any({"prediction", "exercise", "solution"} & set(cell.metadata.get("tags", [])) for cell in notebook.cells)


def blank(path):
    """The bytes of a copy of the notebook: no outputs and no counts where something is asked, solutions folded."""
    notebook = notebooks.read(path)
    stripped = asks(notebook)
    for key in ("signature", "widgets"):
        notebook.metadata.pop(key, None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.metadata.pop("execution", None)
            if stripped:
                cell.outputs, cell.execution_count = [], None
        if "solution" in cell.metadata.get("tags", []):
            cell.metadata.setdefault("jupyter", {})["source_hidden"] = True
    return (nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n").encode("utf-8")


def content(data):
    """A digest of all that is written in a notebook's cells, and whether there are outputs; None for a file that is no notebook."""
    try:
        cells = nbformat.reads(data.decode("utf-8"), as_version=4).cells
        written = [[cell.cell_type, cell.source, cell.get("attachments") or None] for cell in cells]
        return digest(json.dumps(written, sort_keys=True).encode("utf-8")), any(cell.get("outputs") for cell in cells)
    except (ValueError, AttributeError, TypeError, KeyError, nbformat.ValidationError):
        return None, True


def pictures(path):
    """The files in the notebooks' folder that a notebook's text refers to, other notebooks left out."""
    text = "\n".join(cell.source for cell in notebooks.read(path).cells if cell.cell_type == "markdown")
    folder = path.parent.resolve()
    for target in re.findall(r"\]\(([^)\s#]+)|(?:src|href)=[\"']([^\"'#]+)", text):
        name = unquote(next(filter(None, target)))
        if re.match(r"[a-z]+:|/", name, re.I) or name.endswith(".ipynb"):
            continue
        file = (folder / name).resolve()
        if file.is_file() and folder in file.parents:
            yield file.relative_to(folder)


def recorded(folder):
    """What was copied, by name; nothing if the record is lost: then every file that differs counts as edited."""
    with suppress(OSError, ValueError):
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        if isinstance(record, dict):
            return {name: entry for name, entry in record.items() if isinstance(entry, dict)}
    return {}


def set_aside(path):
    """Gives the file a name of its own that no other file has, and returns it."""
    number = 1
    while True:
        aside = path.with_name(f"{path.stem}-old-{number}{path.suffix}")
        try:
            # Making the file first takes the name: renaming alone would overwrite one that is there.
            aside.open("xb").close()
        except FileExistsError:
            number += 1
            continue
        try:
            os.replace(path, aside)
        except OSError:
            aside.unlink()
            raise
        return aside


def refresh(folder, originals=None):
    """Makes the copies that are missing and replaces those that are older and unedited; says what it did."""
    report, record = Report(), recorded(folder)
    before = dict(record)
    try:
        for original in originals if originals is not None else notebooks.paths():
            one(folder, original.name, blank(original), record, report)
            for file in pictures(original):
                one(folder, file.as_posix(), (original.parent / file).read_bytes(), record, Report())
    finally:
        if record != before:
            put(folder / RECORD, (json.dumps(record, indent=1, sort_keys=True) + "\n").encode("utf-8"))
    return report


def one(folder, name, new, record, report):
    path, known = folder / name, record.get(name, {})
    notebook = name.endswith(".ipynb")
    written, with_outputs = content(new) if notebook else (digest(new), False)
    entry = {"file": digest(new), "written": written}
    try:
        mine = path.read_bytes()
    except FileNotFoundError:
        put(path, new)
        record[name] = entry
        report.made.append(name)
        return
    mine_written, outputs = content(mine) if notebook else (digest(mine), False)
    # Where the copy was made with outputs, those that it has are no work of the learner's.
    outputs = outputs and not with_outputs
    if digest(mine) == digest(new):
        record[name] = entry
    elif known.get("file") == entry["file"]:
        pass  # The project has nothing newer than what was copied.
    elif digest(mine) == known.get("file") or mine_written == known.get("written") and not outputs:
        put(path, new)
        record[name] = entry
        report.replaced.append(name)
    elif mine_written != written and known.get("written") != written:
        (report.outdated if known else report.unknown).append(name)
        if not known:
            # From now on it counts as made from this one, so that the next newer one is seen.
            record[name] = {"written": written}


def anew(folder, original):
    """Starts the notebook anew; returns the name under which the old copy was kept, or None if it was as good as new."""
    path, aside = folder / original.name, None
    new = blank(original)
    if path.exists() and path.read_bytes() != new:
        aside = set_aside(path)
    refresh(folder, [original])
    return aside


def make(folder, fresh=()):
    """Brings the copies up to date, starts some anew, and says what the learner must know."""
    new = not folder.exists()
    for original in fresh:
        aside = anew(folder, original)
        print(f"Your {original.name} is now {aside.name}; a fresh one stands in its place." if aside
              else f"{original.name} is as fresh as it can be.", file=sys.stderr)
    report = refresh(folder)
    if new:
        print(f"Your own copies of the notebooks are in {folder}.", file=sys.stderr)
    if report.replaced:
        print(f"Newer versions came for copies that you had not edited: {', '.join(report.replaced)}.", file=sys.stderr)
    for sentence in report.sentences():
        print(sentence, file=sys.stderr)
    return report


def trust(folder):
    """Marks copies without outputs as trusted; a copy that holds outputs is left as Jupyter finds it."""
    from nbformat.sign import NotebookNotary

    notary = NotebookNotary()
    notary.log.disabled = True
    for original in notebooks.paths():
        with suppress(Exception):
            notebook = nbformat.read(folder / original.name, as_version=4)
            if not any(cell.get("outputs") for cell in notebook.cells) and not notary.check_signature(notebook):
                notary.sign(notebook)
