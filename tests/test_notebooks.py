"""What must hold of every committed notebook; and each check is seen to find what it is for, in a notebook spoilt on purpose."""
import copy
import json
import re
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "notebooks"))

try:
    import nbformat
    from course import execute, notebooks
except ImportError:
    nbformat = None

LARGEST = 1_000_000
CELL_KEYS = {"slideshow", "tags", "casebook", "jupyter", "editable", "deletable"}
NOTEBOOK_KEYS = {"kernelspec", "language_info", "casebook"}
CHECKS = {}


def check(function):
    """A check takes a notebook's path, its cells' JSON and all paths in order, and yields what is wrong."""
    CHECKS[function.__name__] = function
    return function


# ---------------------------------------------------------------- parts of a notebook

def source(cell):
    return "".join(cell["source"])


def code_cells(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def tags(cell):
    return cell["metadata"].get("tags", [])


def slide_type(cell):
    return cell["metadata"].get("slideshow", {}).get("slide_type", "skip")


def called(notebook, method):
    """The ids with which the code calls this method, and the places of the cells."""
    return [(name, place) for place, cell in enumerate(notebook["cells"]) if cell["cell_type"] == "code"
            for name in re.findall(rf'^{method}\("([^"]+)"', source(cell), re.M)]


def prose(notebook):
    return [source(cell) for cell in notebook["cells"] if cell["cell_type"] == "markdown"]


def outputs(notebook):
    return [(cell, output) for cell in code_cells(notebook) for output in cell["outputs"]]


def texts(output):
    """Everything in an output that can be read: not the pictures' bytes."""
    yield "".join(output.get("text", ""))
    for kind, data in output.get("data", {}).items():
        if kind.startswith("text/"):
            yield "".join(data)


def bare(java):
    """Java without comments, strings and characters; lines stay where they are."""
    pattern = r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\''
    return re.sub(pattern, lambda match: "\n" * match.group().count("\n") or ('""' if match.group()[0] in "\"'" else ""), java, flags=re.S)


def links(notebook):
    """What the prose links to, without anchors; addresses on the web are left out."""
    found = re.findall(r"(?<!!)\[([^\]]*)\]\(([^)\s#]+)(?:#[^)]*)?\)", "\n".join(prose(notebook)))
    return [(text, target) for text, target in found if not re.match(r"[a-z]+:", target)]


def neighbours(text):
    """The targets of `Previous: [..](..) · Next: [..](..)`, each None if it is not there."""
    return tuple(match and match.group(1) for match in (re.search(rf"^(?:.* · )?{word}: \[[^\]]*\]\(([^)]*)\)", text, re.M)
                                                       for word in ("Previous", "Next")))


# ---------------------------------------------------------------- form

@check
def is_valid(path, notebook, every):
    try:
        nbformat.validate(nbformat.from_dict(notebook))
    except nbformat.ValidationError as error:
        yield str(error).splitlines()[0]
    if (notebook["nbformat"], notebook["nbformat_minor"]) != (4, 5):
        yield f"nbformat {notebook['nbformat']}.{notebook['nbformat_minor']} instead of 4.5"


@check
def is_numbered(path, notebook, every):
    for index, cell in enumerate(notebook["cells"], 1):
        if cell.get("id") != f"cell-{index:02d}":
            yield f"cell {index} has the id {cell.get('id')}"


@check
def is_small(path, notebook, every):
    size = len((json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode())
    if size >= LARGEST:
        yield f"{size:,} bytes"


@check
def has_the_java_kernel(path, notebook, every):
    if notebook["metadata"].get("kernelspec") != execute.KERNELSPEC:
        yield f"kernelspec {notebook['metadata'].get('kernelspec')}"
    if notebook["metadata"].get("language_info") != execute.LANGUAGE:
        yield f"language_info {notebook['metadata'].get('language_info')}"


@check
def says_nothing_of_its_run(path, notebook, every):
    places = [("the notebook", set(notebook["metadata"]) - NOTEBOOK_KEYS)]
    places += [(cell["id"], set(cell["metadata"]) - CELL_KEYS) for cell in notebook["cells"]]
    places += [(cell["id"], {"transient"} & set(output)) for cell, output in outputs(notebook)]
    for place, keys in places:
        for key in sorted(keys):
            yield f"{place} has the metadata {key}"
    for cell, output in outputs(notebook):
        for text in texts(output):
            moment = re.search(r"\b(?:19|20)\d\d-\d\d-\d\d\b|\b\d{1,2}:\d\d:\d\d\b", text)
            if moment:
                yield f"{cell['id']} prints a moment, {moment.group()}"


@check
def names_no_folder_of_a_machine(path, notebook, every):
    for cell, output in outputs(notebook):
        for text in texts(output):
            folder = re.search(r"(?<![\w.:/])/(?:home|root|Users|usr|opt|tmp|var|work|private|Library|mnt|media)/[^\s<\"']+|\b[A-Z]:\\[^\s<\"']+", text)
            if folder:
                yield f"{cell['id']} prints {folder.group()}"


# ---------------------------------------------------------------- code

@check
def begins_with_the_same_cell(path, notebook, every):
    if not code_cells(notebook):
        return
    first = source(code_cells(notebook)[0])
    expected = source(code_cells(read(every[0]))[0])
    if first != expected:
        yield f"its set-up cell is not that of {every[0].name}"
    for cell in code_cells(notebook)[1:]:
        if re.search(r"^\s*import ", bare(source(cell)), re.M):
            yield f"{cell['id']} has an import: all of them belong into the set-up cell"


@check
def was_executed(path, notebook, every):
    numbers = [cell["execution_count"] for cell in code_cells(notebook)]
    if numbers and not any(numbers):
        yield "it is committed without outputs: ./casebook run --save"
        return
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"its cells were not executed once, in order: {numbers}"
    for cell in code_cells(notebook):
        if not source(cell).strip():
            yield f"{cell['id']} is empty"
        # A cell that ends without a semicolon has a value, and one that prints outside of all braces prints.
        java = bare(source(cell))
        printing = re.search(r"^(?:System\.out|Notebook\.(?:show|start|check|html))\b", java, re.M)
        if not cell["outputs"] and (printing or java.strip()[-1:] not in (";", "}", "")):
            yield f"{cell['id']} has no output"


@check
def ran_without_errors(path, notebook, every):
    for cell, output in outputs(notebook):
        if output["output_type"] == "error":
            yield f"{cell['id']} failed: {output.get('ename')} {output.get('evalue')}"
        if output.get("name") == "stderr":
            yield f"{cell['id']} printed to stderr: {''.join(output['text']).splitlines()[0]}"


@check
def writes_types_out(path, notebook, every):
    for cell in code_cells(notebook):
        if re.search(r"\bvar\s+\w+\s*[=:]", bare(source(cell))):
            yield f"{cell['id']} has a var: a variable's type is written out"


@check
def defines_no_name_twice(path, notebook, every):
    """JShell forgets what depends on a definition that is replaced."""
    seen = {}
    for cell in code_cells(notebook)[1:]:
        text = bare(source(cell))
        names = re.findall(r"^(?!return |new |throw |else |package )[A-Za-z][\w.]*(?:<.*>)?(?:\[\])* +(\w+) *(?:=(?!=)|;)", text, re.M)
        names += re.findall(r"^(?:record|class|interface|enum) +(\w+)", text, re.M)
        names += [" ".join(name_and_arguments) for name_and_arguments in
                  re.findall(r"^[A-Za-z][\w.]*(?:<.*>)?(?:\[\])* +(\w+)(\([^)]*\)) *(?:throws [\w, ]+)?\{", text, re.M)]
        for name in names:
            if name in seen:
                yield f"{cell['id']} defines {name} again, after {seen[name]}"
            seen[name] = cell["id"]


# ---------------------------------------------------------------- prose

@check
def has_formulas_on_one_line(path, notebook, every):
    """A line that begins with + or - in the middle of a formula would become a list."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            inside = re.sub(r"```.*?```|`[^`\n]*`|\$\$.*?\$\$", "", source(cell), flags=re.S)
            for line in inside.split("\n"):
                if line.count("$") % 2:
                    yield f"{cell['id']} has a formula that goes over two lines: {line}"


@check
def begins_as_all_do(path, notebook, every):
    first = source(notebook["cells"][0]) if notebook["cells"][0]["cell_type"] == "markdown" else ""
    number = path.stem.split("-")[0]
    if not re.match(rf"# {number} · \S", first):
        yield f"its title does not begin with # {number} ·"
    for part in (r"^\*\*You will be able to\*\* \w", r"^\*\*Time\*\*: \d+ minutes", r"\*\*Read before\*\*: \S"):
        if not re.search(part, first, re.M):
            yield f"its first cell lacks {part}"


@check
def ends_as_all_do(path, notebook, every):
    text = "\n\n".join(prose(notebook))
    reference = int(re.match(r"\d*", path.stem).group() or 0) >= 90    # the cheat sheet and the glossary
    remember = reference or re.search(r"^## Remember\n+((?:[-*] .*\n(?: +\S.*\n)*)*)", text + "\n", re.M)
    if not remember:
        yield "it has no section ## Remember"
    elif not reference and len(re.findall(r"^[-*] ", remember.group(1), re.M)) != 3:
        yield "what to remember is not three points"
    treated = re.search(r"\b(?:the|this) paper(?:'s)?\b", text, re.I)
    references = re.search(r"^## References\n+((?:[-*] .*\n(?: +\S.*\n)*)*)", text + "\n", re.M)
    if treated and not references:
        yield f"it treats a paper (…{text[max(0, treated.start() - 30):treated.end() + 20]}…) and has no section ## References"
    if references:
        entries = re.split(r"^[-*] ", references.group(1), flags=re.M)[1:]
        if not entries:
            yield "its references are not a list"
        for entry in entries:
            if re.match(r"[A-Z]\. ", entry) and not re.search(r"\b(?:19|20)\d\d\b", entry):
                yield f"a reference has no year: {entry.splitlines()[0]}"
    whole = "\n\n".join(source(cell) if cell["cell_type"] == "markdown" else "code" for cell in notebook["cells"])
    for before, heading, after in re.findall(r"^(#{2,}) (.*)\n+(?=(#*))", whole, re.M):
        if after and len(before) >= len(after):
            yield f"below the heading {heading} is nothing"


@check
def is_linked_in_a_chain(path, notebook, every):
    place = every.index(path)
    expected = (every[place - 1].name if place > 0 else None, every[place + 1].name if place + 1 < len(every) else None)
    last = [source(cell) for cell in notebook["cells"] if cell["cell_type"] == "markdown" and "solution" not in tags(cell)][-1]
    for where, text in (("first", prose(notebook)[0]), ("last", last.rstrip().splitlines()[-1])):
        if neighbours(text) != expected:
            yield f"its {where} cell's links to the previous and the next notebook are {neighbours(text)}, expected is {expected}"


@check
def links_to_what_is_there(path, notebook, every):
    for text, target in links(notebook):
        if not (path.parent / target).exists():
            yield f"it links to {target}, which is not there"
        number = re.match(r"(\d\d[a-z]?)(?: ·|$)", text)
        if number and target.endswith(".ipynb") and not target.startswith(number.group(1) + "-"):
            yield f"the link [{text}] leads to {target}"


# ---------------------------------------------------------------- teaching

@check
def asks_before_it_answers(path, notebook, every):
    number = path.stem.split("-")[0]
    predicted = dict(called(notebook, "predict"))
    shown = dict((name, place) for place, cell in enumerate(notebook["cells"]) if cell["cell_type"] == "code"
                 for name in re.findall(r'\boutcome\("([^"]+)"', source(cell)))
    for name in sorted(set(predicted) | set(shown)):
        if not name.startswith(number + "."):
            yield f"the prediction {name} is another notebook's"
        if name not in predicted or name not in shown or predicted[name] >= shown[name]:
            yield f"the prediction {name} is not asked first and answered then"
    for name, place in predicted.items():
        cell = notebook["cells"][place]
        if "prediction" not in tags(cell) or not re.search(rf'^predict\("{re.escape(name)}", TODO\);', source(cell), re.M):
            yield f"{cell['id']} should have the tag prediction, and TODO for a guess"


@check
def checks_and_solves(path, notebook, every):
    number = path.stem.split("-")[0]
    checked, solved = dict(called(notebook, "check")), dict(called(notebook, "solution"))
    for name in sorted(set(checked) ^ set(solved)):
        yield f"the exercise {name} has {'no solution' if name in checked else 'a solution only'}"
    for name, place in checked.items():
        cell = notebook["cells"][place]
        if not name.startswith(number + "."):
            yield f"the exercise {name} is another notebook's"
        if "exercise" not in tags(cell) or not re.search(rf'^check\("{re.escape(name)}", TODO\);', source(cell), re.M):
            yield f"{cell['id']} should have the tag exercise, and TODO for an answer"
    places = [place for place, cell in enumerate(notebook["cells"]) if "solution" in tags(cell)]
    if solved and (not places or places != list(range(places[0], len(notebook["cells"]))) or not set(solved.values()) <= set(places)
                   or not source(notebook["cells"][places[0]]).startswith("## Solutions")):
        yield "the solutions do not stand together at the end, tagged, under ## Solutions"
    for place in places:
        cell = notebook["cells"][place]
        if cell["cell_type"] == "code" and not cell["metadata"].get("jupyter", {}).get("source_hidden"):
            yield f"{cell['id']} is a solution that is not folded"
        # JupyterLab shows the first line of what is folded.
        if cell["cell_type"] == "code" and not re.fullmatch(r"// \w+\.\d+(, row by row)?", source(cell).split("\n")[0]):
            yield f"{cell['id']} is folded, and its first line says more than the exercise's number"


@check
def fits_on_its_slides(path, notebook, every):
    kinds = [slide_type(cell) for cell in notebook["cells"]]
    slides = kinds.count("slide") + kinds.count("subslide")
    if slides and not 10 <= slides <= 20:
        yield f"it has {slides} slides, not 10 to 20"
    for cell, kind in zip(notebook["cells"], kinds):
        if kind in ("skip", "notes"):
            continue
        said = cell["metadata"].get("casebook", {})
        if cell["cell_type"] == "markdown":
            words = len(re.sub(r"\$[^$]*\$", "x", said.get("slide", source(cell))).split())
            # The first cell is the title, with what the notebook is for.
            if words > (130 if cell is notebook["cells"][0] else 110):
                yield f"{cell['id']} has {words} words on a slide"
            continue
        lines = source(cell).splitlines()
        if "hide-input" not in tags(cell) and (len(lines) > 12 or max(map(len, lines)) > 60):
            yield f"{cell['id']} has {len(lines)} lines of up to {max(map(len, lines))} columns of code on a slide"
        for output in cell["outputs"]:
            page = "".join(output.get("data", {}).get("text/html", ""))
            columns = page.split("</tr>")[0].count("<th ") if "<table" in page and not page.startswith("<details>") else 0
            if columns > 5 and "columns" not in said:
                yield f"{cell['id']} shows a table of {columns} columns on a slide"


# ---------------------------------------------------------------- pictures

@check
def describes_its_pictures(path, notebook, every):
    for cell in code_cells(notebook):
        for index, output in enumerate(cell["outputs"]):
            kinds = [kind for kind in output.get("data", {}) if kind.startswith("image/")]
            for kind in kinds:
                if len(output.get("metadata", {}).get(kind, {}).get("alt", "").strip()) < 20:
                    yield f"{cell['id']} shows a picture ({kind}) without a text alternative"
            # A photo has no numbers; its words are its name, its size and where it is from.
            if kinds and not output.get("metadata", {}).get("image/png", {}).get("alt", "").startswith("Photo: "):
                below = cell["outputs"][index + 1] if index + 1 < len(cell["outputs"]) else {}
                page = "".join(below.get("data", {}).get("text/html", ""))
                if not page.startswith("<details>") or "<table>" not in page:
                    yield f"{cell['id']} shows a picture without its numbers folded below it"
    for text in prose(notebook):
        if re.search(r"!\[\s*\]\(|<img(?![^>]*\balt=)", text):
            yield "a picture in its text has no text alternative"


# ---------------------------------------------------------------- the tests

def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


@unittest.skipUnless(nbformat, "needs the environment that the launcher sets up")
class NotebooksTest(unittest.TestCase):
    def test_there_are_some(self):
        self.assertIn("00-start-here.ipynb", [path.name for path in notebooks.paths()])

    def test_every_notebook_passes_every_check(self):
        every = notebooks.paths()
        for path in every:
            notebook = read(path)
            for name, function in CHECKS.items():
                with self.subTest(notebook=path.name, check=name):
                    wrong = list(function(path, notebook, every))
                    if wrong:
                        self.fail("\n".join(wrong))


LECTURES = ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10"]
EXERCISES = Path(__file__).resolve().parents[1] / "lib" / "src" / "main" / "java" / "casebook" / "exercises"


@unittest.skipUnless(nbformat, "needs the environment that the launcher sets up")
class TeachingTest(unittest.TestCase):
    def test_every_lecture_asks_and_lets_practise(self):
        for path in notebooks.paths():
            number = path.stem.split("-")[0]
            if number not in LECTURES:
                continue
            with self.subTest(notebook=path.name):
                notebook = read(path)
                java = (EXERCISES / f"Notebook{number}.java").read_text(encoding="utf-8")
                # A factory method makes one exercise: its id stands in the first call, optional() in a line of its own.
                made = re.split(r'(?=Exercise\.\w+\("\d\d\w?\.\d+")', java)[1:]
                core = [re.search(r'"(\d\d\w?\.\d+)"', part).group(1) for part in made if ".optional()" not in part]
                every = [re.search(r'"(\d\d\w?\.\d+)"', part).group(1) for part in made]
                self.assertEqual(sorted(every), sorted(name for name, _ in called(notebook, "check")))
                self.assertEqual(3, len(core), core)
                self.assertGreaterEqual(len(called(notebook, "predict")), 3)
                self.assertTrue(any(slide_type(cell) == "slide" for cell in notebook["cells"]))
                self.assertTrue(any("cover" in tags(cell) for cell in notebook["cells"]))
                questions = "\n\n".join(prose(notebook)).split("\n## Questions\n")
                self.assertEqual(2, len(questions), "## Questions")
                self.assertIn(questions[1].split("\n## ")[0].count("<details>"), range(4, 8))


@unittest.skipUnless(nbformat, "needs the environment that the launcher sets up")
class ChecksTest(unittest.TestCase):
    """Each check, on a notebook that is right but for one thing."""

    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        names = ["01-here.ipynb", "02-here.ipynb", "03-here.ipynb"]
        self.every = [Path(place.name) / name for name in names]
        for path, previous, following in zip(self.every, ["", *names], [*names[1:], ""]):
            path.write_text(json.dumps(self.made(path.name[:2], previous, following)), encoding="utf-8")
        self.path = self.every[1]
        self.good = read(self.path)
        self.spoilt = set()

    @staticmethod
    def made(number, previous, following):
        chain = " · ".join(f"{word}: [{name[:2]} · Other]({name})" for word, name in (("Previous", previous), ("Next", following)) if name)

        def text(words):
            return {"cell_type": "markdown", "metadata": {}, "source": words}

        def code(java, *shown):
            return {"cell_type": "code", "metadata": {}, "source": java, "outputs": list(shown)}

        picture = {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo=", "text/plain": "words"},
                   "metadata": {"image/png": {"alt": "A chart of two bars: 1 and 2."}}}
        numbers = {"output_type": "execute_result", "execution_count": 3, "metadata": {},
                   "data": {"text/html": "<details><summary>In words and numbers</summary><table></table></details>", "text/plain": "1 2"}}
        cells = [
            text(f"# {number} · Here\n\n**You will be able to** see.\n\n**Time**: 5 minutes. **Read before**: nothing.\n\n{chain}"),
            code("import java.util.*;\nNotebook.start();", {"output_type": "stream", "name": "stdout", "text": "Casebook is ready.\n"}),
            text("## Two\n\nThe paper counts two."),
            code("/** var two = 1; */\nint two() {\n    return 2;\n}\n\nint two = two();\nCharts.bars(two)", picture, numbers),
            {**text("**Predict.** How many?"), "metadata": {"slideshow": {"slide_type": "slide"}}},
            {**code(f'predict("{number}.a", TODO);'), "metadata": {"tags": ["prediction"]}},
            {**code(f'outcome("{number}.a", two);'), "metadata": {"tags": [], "slideshow": {"slide_type": "-"}}},
            {**code(f'check("{number}.1", TODO);'), "metadata": {"tags": ["exercise"]}},
            *[{**text(f"### Slide {place}\n\nText."), "metadata": {"slideshow": {"slide_type": "subslide"}}} for place in range(9)],
            text("## Remember\n\n- One.\n- Two,\n  in two lines.\n- Three.\n\n## References\n\n- A. Author: *Title*. 1998.\n\n" + chain),
            {**text("## Solutions\n\nOne way."), "metadata": {"tags": ["solution"]}},
            {**code(f'// {number}.1\n// One and one\nsolution("{number}.1", 2);'), "metadata": {"tags": ["solution"], "jupyter": {"source_hidden": True}}},
        ]
        count = 0
        for index, cell in enumerate(cells, 1):
            cell["id"] = f"cell-{index:02d}"
            if cell["cell_type"] == "code":
                count += 1
                cell["execution_count"] = count
        return {"cells": cells, "metadata": {"kernelspec": dict(execute.KERNELSPEC), "language_info": dict(execute.LANGUAGE)},
                "nbformat": 4, "nbformat_minor": 5}

    def found(self, notebook):
        return {name: complaints for name, function in CHECKS.items()
                if (complaints := list(function(self.path, notebook, self.every)))}

    def spoil(self, name, change):
        """The change makes this check complain, and no other."""
        notebook = copy.deepcopy(self.good)
        change(notebook)
        found = self.found(notebook)
        self.assertEqual([name], list(found), found)
        self.spoilt.add(name)

    def replace(self, name, index, old, new):
        def change(notebook):
            cell = notebook["cells"][index]
            self.assertIn(old, cell["source"])
            cell["source"] = cell["source"].replace(old, new)
        self.spoil(name, change)

    def output(self, check, text, **more):
        self.spoil(check, lambda notebook: notebook["cells"][1]["outputs"].append(
            {"output_type": "stream", "name": "stdout", "text": text, **more}))

    def test_a_right_one_passes(self):
        self.assertEqual({}, self.found(self.good))

    def test_each_check_finds_what_it_is_for(self):
        REMEMBER = next(place for place, cell in enumerate(self.good["cells"]) if cell["source"].startswith("## Remember"))
        def put(value, *keys):
            def change(notebook):
                for key in keys[:-1]:
                    notebook = notebook[key]
                notebook[keys[-1]] = value
            return change

        self.spoil("is_valid", put(4, "nbformat_minor"))
        self.spoil("is_valid", put("more", "cells", 1, "outputs", 0, "colour"))
        self.spoil("is_numbered", put("cell-09", "cells", 2, "id"))
        self.spoil("is_small", put("A" * LARGEST, "cells", 3, "outputs", 0, "data", "image/png"))
        self.spoil("has_the_java_kernel", put("python3", "metadata", "kernelspec", "name"))
        self.spoil("has_the_java_kernel", put("17.0.15", "metadata", "language_info", "version"))
        self.spoil("says_nothing_of_its_run", put({"iopub.execute_input": "2026-01-01"}, "cells", 1, "metadata", "execution"))
        self.spoil("says_nothing_of_its_run", put({}, "metadata", "widgets"))
        self.output("says_nothing_of_its_run", "began 2026-01-01")
        self.output("says_nothing_of_its_run", "began at 12:00:07")
        self.output("names_no_folder_of_a_machine", "Java 17, /usr/lib/jvm/java-17")
        self.output("names_no_folder_of_a_machine", r"C:\Users\me")
        self.replace("begins_with_the_same_cell", 1, "java.util.*", "java.util.List")
        self.replace("begins_with_the_same_cell", 3, "int two =", "import java.io.*;\nint two =")
        self.spoil("was_executed", put(None, "cells", 1, "execution_count"))
        self.spoil("was_executed", lambda notebook: [cell.update(execution_count=None) for cell in code_cells(notebook)])
        self.spoil("was_executed", put(5, "cells", 3, "execution_count"))
        self.spoil("was_executed", put([], "cells", 3, "outputs"))
        self.spoil("was_executed", put([], "cells", 1, "outputs"))
        self.output("ran_without_errors", "log4j: no appender", name="stderr")
        self.spoil("ran_without_errors", put({"output_type": "error", "ename": "E", "evalue": "why", "traceback": []}, "cells", 1, "outputs", 0))
        self.replace("writes_types_out", 3, "int two =", "var one = 1;\nint two =")
        self.replace("writes_types_out", 3, "int two =", "for (var one : List.of(1)) {}\nint two =")
        self.replace("defines_no_name_twice", 3, "int two =", "int two = 1;\nint two =")
        self.replace("defines_no_name_twice", 3, "int two =", "int two() {\n    return 3;\n}\nint two =")
        self.replace("has_formulas_on_one_line", 2, "The paper", "With $a\n+ b$ the paper")
        self.replace("begins_as_all_do", 0, "# 02", "# 03")
        self.replace("begins_as_all_do", 0, "You will be able to", "You will")
        self.replace("begins_as_all_do", 0, "5 minutes", "a while")
        self.replace("begins_as_all_do", 0, "**Read before**: nothing.", "")
        self.replace("ends_as_all_do", REMEMBER, "## Remember", "## Summary")
        self.replace("ends_as_all_do", REMEMBER, "- Three.\n", "")
        self.replace("ends_as_all_do", REMEMBER, "## References", "## Sources")
        self.replace("ends_as_all_do", REMEMBER, " 1998.", "")
        self.replace("ends_as_all_do", REMEMBER, "## References", "## Empty\n\n## References")
        self.replace("is_linked_in_a_chain", 0, "Next: [03 · Other](03-here.ipynb)", "")
        self.replace("is_linked_in_a_chain", REMEMBER, "Previous: [01 · Other](01-here.ipynb)", "Previous: [02 · Other](02-here.ipynb)")
        self.replace("links_to_what_is_there", 2, "The paper", "[The paper](../paper.pdf)")
        self.replace("links_to_what_is_there", 2, "The paper", "The paper of [01](03-here.ipynb)")
        self.replace("asks_before_it_answers", 5, "02.a", "03.a")
        self.replace("asks_before_it_answers", 5, "TODO", "7")
        self.replace("asks_before_it_answers", 6, "02.a", "02.b")
        self.spoil("asks_before_it_answers", put([], "cells", 5, "metadata", "tags"))
        self.replace("checks_and_solves", 7, "TODO", "2")
        self.replace("checks_and_solves", 7, "02.1", "02.2")
        self.spoil("checks_and_solves", put([], "cells", 7, "metadata", "tags"))
        self.spoil("checks_and_solves", put({}, "cells", -1, "metadata", "jupyter"))
        self.replace("checks_and_solves", -1, "// 02.1\n//", "// 02.1:")
        self.replace("checks_and_solves", -1, "// 02.1\n// One and one\n", "")
        self.replace("checks_and_solves", -2, "## Solutions", "## Answers")
        self.spoil("fits_on_its_slides", put("skip", "cells", 4, "metadata", "slideshow", "slide_type"))
        self.replace("fits_on_its_slides", 4, "How many?", "How " + "many " * 110)
        self.replace("fits_on_its_slides", 6, ", two);", ", two);" + " // and so on" * 4)
        self.replace("fits_on_its_slides", 6, ", two);", ", two);" + "\n" * 12 + "// end")
        self.spoil("fits_on_its_slides", lambda notebook: notebook["cells"][6]["outputs"].append(
            {"output_type": "display_data", "metadata": {}, "data": {"text/html": "<table><tr>" + "<th scope=\"col\">1</th>" * 6 + "</tr></table>", "text/plain": "1"}}))
        self.spoil("describes_its_pictures", put({}, "cells", 3, "outputs", 0, "metadata"))
        self.spoil("describes_its_pictures", lambda notebook: notebook["cells"][3]["outputs"].pop())
        self.replace("describes_its_pictures", 2, "The paper", "![](images/a.png) The paper")
        self.assertEqual(set(CHECKS), self.spoilt)


if __name__ == "__main__":
    unittest.main()
