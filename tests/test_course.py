"""Running notebooks and making pages, in the environment that the launcher sets up (./casebook test)."""
import base64
import contextlib
import copy
import hashlib
import importlib.util
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
from html.parser import HTMLParser
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
JAR = PROJECT / "lib" / "target" / "casebook-notebook.jar"
READY = importlib.util.find_spec("nbclient") is not None
DRIVEN = all(importlib.util.find_spec(name) for name in ("playwright", "axe_playwright_python"))
KERNEL = any((Path(folder) / "kernels" / "java" / "kernel.json").exists() for folder in os.environ.get("JUPYTER_PATH", "").split(os.pathsep) if folder)
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def text(source, **metadata):
    return {"cell_type": "markdown", "id": hashlib.sha1(source.encode()).hexdigest()[:8], "metadata": metadata, "source": source}


def code(source, *outputs, **metadata):
    return {"cell_type": "code", "id": hashlib.sha1(source.encode()).hexdigest()[:8], "metadata": metadata, "source": source,
            "outputs": list(outputs), "execution_count": 1 if outputs else None}


def shown(metadata=None, **data):
    return {"output_type": "display_data", "data": {kind.replace("_", "/"): value for kind, value in data.items()}, "metadata": metadata or {}}


class Project(unittest.TestCase):
    """A project of our own notebooks, in a folder with a blank and letters outside ASCII."""

    def setUp(self):
        place = Path(tempfile.mkdtemp(prefix="casebook-test-"))
        self.addCleanup(shutil.rmtree, place, ignore_errors=True)
        self.home = place / "a learner's clöne"
        (self.home / "notebooks").mkdir(parents=True)
        self.out = self.home / "target" / "course"
        self.env = {**os.environ, "CASEBOOK_HOME": str(self.home), "PYTHONPATH": str(PROJECT / "notebooks"), "PYTHONDONTWRITEBYTECODE": "1"}

    def notebook(self, name, *cells, **metadata):
        path = self.home / "notebooks" / f"{name}.ipynb"
        path.write_text(json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, ensure_ascii=False), encoding="utf-8")
        return path

    def command(self, *words):
        return [sys.executable, "-m", "course", *words]

    def course(self, *words):
        return subprocess.run(self.command(*words), env=self.env, cwd=self.home, capture_output=True, text=True, encoding="utf-8", timeout=120)


@unittest.skipUnless(READY and KERNEL, "needs the environment and the kernel that the launcher sets up")
class RunTest(Project):
    def test_failing_cell_ends_the_run(self):
        broken = self.notebook("01-broken", text("# Broken"), code("int a = 1;"), code("// why\n\nint[] values = new int[3];\nvalues[7] = a;"), code("a"))
        self.notebook("02-after", code("1"))
        before = broken.read_bytes()
        result = self.course("run", "--save")
        self.assertEqual(1, result.returncode, result.stderr)
        self.assertIn("01-broken.ipynb", result.stderr)
        self.assertIn("\n    int[] values = new int[3];\n", result.stderr)
        self.assertIn("ArrayIndexOutOfBoundsException: Index 7 out of bounds", result.stderr)
        self.assertNotIn("Traceback", result.stderr)
        self.assertNotIn("\x1b", result.stderr)
        self.assertNotIn("02-after", result.stdout)
        self.assertEqual(before, broken.read_bytes())

    def test_only_save_touches_notebooks(self):
        path = self.notebook(
            "02-shows", text("# Shows"),
            code('System.out.print("half\\r"); System.out.println("whole"); System.out.println("and more");'),
            code('String id = display("<b>0 of 2</b>", "text/html");\nfor (int i = 1; i < 3; i++) updateDisplay(id, "<b>" + i + " of 2</b>", "text/html");'),
            code('System.getenv("CASEBOOK_SETTING") + " " + java.nio.file.Path.of("").toAbsolutePath().getFileName()'),
            kernelspec={"name": "other", "display_name": "Other", "language": "java"})
        path.chmod(0o640)
        before = path.read_bytes()
        result = self.course("run", "2")
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertEqual(before, path.read_bytes())
        self.assertIn("quick notebooks", (self.out / "02-shows.html").read_text(encoding="utf-8"))

        result = self.course("run", "--save", "--full")
        self.assertEqual(0, result.returncode, result.stderr)
        saved = json.loads(path.read_text(encoding="utf-8"))
        cells = saved["cells"]
        self.assertEqual([cell["id"] for cell in json.loads(before)["cells"]], [cell["id"] for cell in cells])
        self.assertEqual({"name": "java", "display_name": "Java", "language": "java"}, saved["metadata"]["kernelspec"])
        self.assertNotIn("version", saved["metadata"]["language_info"])
        self.assertEqual(["whole\n", "and more\n"], cells[1]["outputs"][0]["text"])
        self.assertEqual(1, len(cells[1]["outputs"]))
        self.assertEqual(["<b>2 of 2</b>"], cells[2]["outputs"][0]["data"]["text/html"])
        self.assertEqual(["full notebooks"], cells[3]["outputs"][0]["data"]["text/plain"])
        self.assertEqual([{}] * 4, [cell["metadata"] for cell in cells])
        self.assertEqual(0o640, path.stat().st_mode & 0o777)
        self.assertEqual([path], list(path.parent.iterdir()))

    @unittest.skipUnless(sys.platform.startswith("linux"), "asks Linux to end the kernel")
    def test_killed_run_leaves_no_kernel(self):
        self.notebook("01-long", code('System.out.println(ProcessHandle.current().pid());\n'
                                      'java.nio.file.Files.writeString(java.nio.file.Path.of("pid"), "" + ProcessHandle.current().pid());\nThread.sleep(60_000);'))
        for number, status in ((signal.SIGKILL, -9), (signal.SIGINT, 130)):
            pid = self.home / "notebooks" / "pid"
            pid.unlink(missing_ok=True)
            run = subprocess.Popen(self.command("run"), env=self.env, cwd=self.home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            deadline = time.monotonic() + 60
            while not (pid.exists() and pid.read_text()) and time.monotonic() < deadline:
                time.sleep(0.05)
            kernel = Path("/proc") / pid.read_text()
            self.assertTrue(kernel.exists())
            run.send_signal(number)
            self.assertEqual(status, run.wait(20))
            deadline = time.monotonic() + 10
            while kernel.exists() and "Z" not in (kernel / "stat").read_text().rsplit(")", 1)[1][:3] and time.monotonic() < deadline:
                time.sleep(0.05)
            self.assertFalse(kernel.exists() and "java" in (kernel / "cmdline").read_text())

    def test_kernel_that_ends(self):
        self.notebook("01-ends", code("System.exit(3);"))
        result = self.course("run")
        self.assertEqual(1, result.returncode)
        self.assertIn("System.exit(3);", result.stderr)
        self.assertIn("the Java kernel ended", result.stderr)
        self.assertNotIn("Traceback", result.stderr)


@unittest.skipUnless(READY, "needs the environment that the launcher sets up")
class ChooseTest(Project):
    def test_words(self):
        for name in ("00-start-here", "00b-just-enough", "02-lenet-5", "12-own"):
            self.notebook(name, text("# x"))
        (self.home / "notebooks" / "draft.ipynb").write_text("{}")
        folder = self.home / "notebooks"
        sys.path.insert(0, str(PROJECT / "notebooks"))
        self.addCleanup(sys.path.remove, str(PROJECT / "notebooks"))
        from course import notebooks

        def names(*words):
            return [path.stem for path in notebooks.choose(words, folder)]

        self.assertEqual(["00-start-here", "00b-just-enough", "02-lenet-5", "12-own"], names())
        self.assertEqual(["02-lenet-5", "12-own"], names("12", "2"))
        self.assertEqual(["00b-just-enough"], names("00b"))
        self.assertEqual(["02-lenet-5"], names("notebooks/02-lenet-5.ipynb", "02"))
        self.assertEqual(["00-start-here"], names("0"))
        with self.assertRaisesRegex(notebooks.Unknown, "no notebook 07; there are 00, 00b, 02, 12"):
            names("07")

    def test_unknown_notebook_is_wrong_usage(self):
        self.notebook("02-lenet-5", text("# x"))
        result = self.course("run", "07")
        self.assertEqual(2, result.returncode)
        self.assertIn("02", result.stderr)


class Answers(HTMLParser):
    """The text of what answers each prediction on a page."""

    def __init__(self, page):
        super().__init__()
        self.open, self.found = [], {}
        self.feed(page)
        self.found = {ids: " ".join(words.split()) for ids, words in self.found.items()}

    def handle_starttag(self, tag, attributes):
        if tag == "div":
            self.open.append(dict(attributes).get("data-predictions"))

    def handle_endtag(self, tag):
        if tag == "div":
            self.open.pop()

    def handle_data(self, data):
        for ids in filter(None, self.open):
            self.found[ids] = self.found.get(ids, "") + data


@unittest.skipUnless(READY, "needs the environment that the launcher sets up")
class PagesTest(Project):
    """The pages of notebooks that were executed before."""

    def setUp(self):
        super().setUp()
        (self.home / "datasets").mkdir()
        (self.home / "datasets" / "über.csv").touch()
        (self.home / "notebooks" / "drawing.png").write_bytes(base64.b64decode(PNG))
        self.notebook("00-start", text("# Start & go\n\n[Next](02-lenet-5.ipynb)\n\nThis takes 15 minutes and shows **what** a notebook is. It has two sentences."))
        self.notebook(
            "01-parts",
            text("# Parts\n\n**You will be able to** name `each` part\nof a page. More is said later.\n\n**Time**: 5 minutes.\n\n"
                 "Previous: [Start](00-start.ipynb) · Next: [LeNet-5](02-lenet-5.ipynb)"),
            text("## Twice\n\nWords before.\n\n**Predict.** How *many*?"), code('predict("01.a", TODO);', tags=["prediction"]),
            text("## Twice\n\nthe second"), code("first();", shown({"image/png": {"alt": "The first"}}, image_png=DOT)),
            text("**Exercise 01.1 · count.** One.", tags=["exercise"]), code('check("01.1", TODO);', tags=["exercise"]),
            text("**Exercise 01.2 · count.** Two.", tags=["exercise"]), code('check("01.2", TODO);', tags=["exercise"]),
            code("chosen();", shown({"image/png": {"alt": "Bars: 3 of them. The rest is detail."}}, image_png=PNG), tags=["cover"]),
            text("## Solutions\n\nOpen them later.", tags=["solution"]),
            code("int solution011 = 1;", tags=["solution"], jupyter={"source_hidden": True, "outputs_hidden": True}),
            code("int solution012 = 61_706;", shown(text_html="<b>right</b>"), tags=["solution"]))
        self.notebook(
            "02-lenet-5",
            text("# LeNet-5\n\nRead [the start](00-start.ipynb#Begin), [the data](../datasets/%C3%BCber.csv), [the paper](https://example.org/a.ipynb).\n\n"
                 "![A drawing](drawing.png)\n\nA volume has $n_H \\times n_W$ positions, and that is all that there is to it.\n\n"
                 "<details><summary>Solution</summary>\n\nfolded *away*\n\n</details>"),
            code("show();", shown(image_png=PNG, **{"image_svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'><title>Three bars</title></svg>"})),
            code("photo();", shown({"image/png": {"alt": 'A "cat"', "width": 20}}, image_png=PNG)),
            code("table();", shown(text_html="<table><tr><td>$5 and $6</td></tr></table>")),
            code("int hidden = 1;", jupyter={"source_hidden": True}),
            code("print();", {"output_type": "stream", "name": "stdout", "text": "a < b\x1b[31m red\x1b[0m"}),
            code("train();", shown(text_plain="4 of 4 batches"), shown(text_plain="4 of 4 batches"), shown(text_plain="another bar")),
            casebook={"minutes": 35})
        if "CASEBOOK_MATHJAX" not in self.env:
            (self.home / "mathjax.js").write_text("")
            self.env["CASEBOOK_MATHJAX"] = str(self.home / "mathjax.js")
        self.make()
        self.page = (self.out / "02-lenet-5.html").read_text(encoding="utf-8")
        self.index = (self.out / "index.html").read_text(encoding="utf-8")

    def make(self):
        subprocess.run([sys.executable, "-c", "from course import pages; pages.write({})"], env=self.env, cwd=self.home, check=True)

    def test_links(self):
        self.assertIn('href="00-start.html#Begin"', self.page)
        self.assertIn('href="../../datasets/%C3%BCber.csv"', self.page)
        self.assertIn('href="https://example.org/a.ipynb"', self.page)
        self.assertIn('href="index.html"', self.page)
        for page in (self.page, self.index, (self.out / "00-start.html").read_text(encoding="utf-8")):
            for target in re.findall(r'(?:href|src)="([^"#:]+)["#]', page):
                self.assertTrue((self.out / target.replace("%C3%BC", "ü")).exists(), target)

    def test_nothing_is_fetched(self):
        for file in self.out.glob("*.html"):
            page = file.read_text(encoding="utf-8")
            self.assertEqual([], re.findall(r'<(?:script|img|link|iframe|source|video|object)\b[^>]*(?:src|href|data)=["\']?(?:https?:)?//[^>]*', page))
            self.assertEqual([], re.findall(r"@import|url\(\s*[\"']?(?:https?:)?//", page))

    def test_pictures(self):
        self.assertRegex(self.page, r'<img [^>]*alt="Three bars"')
        self.assertRegex(self.page, r"""<img (?=[^>]*alt=['"]A (?:"|&quot;)cat)[^>]*src="data:image/png[^>]*width="20\"""")
        self.assertEqual(2, self.page.count("data:image/png"), "the photo and the drawing; where there is SVG, no PNG")
        self.assertIn('src="assets/02-lenet-5.svg"', self.index)
        self.assertTrue((self.out / "assets" / "02-lenet-5.svg").exists())

    def test_text(self):
        self.assertIn('<html lang="en">', self.page)
        self.assertIn("<title>LeNet-5 – Casebook</title>", self.page)
        self.assertRegex(self.page, r"(?s)<details><summary>Solution</summary>\s*<p>folded <em>away</em></p>\s*</details>")
        self.assertIn('<div class="scroll"><table>', self.page)
        self.assertRegex(self.page, r'(?s)<details class="code"><summary>Show the code</summary>.{0,300}hidden')
        self.assertIn("a &lt; b red", self.page)
        self.assertEqual((1, 1), (self.page.count("4 of 4 batches"), self.page.count("another bar")), "bars that ended alike show once")
        self.assertIn('src="assets/mathjax.js"', self.page)
        self.assertNotIn("mathjax", (self.out / "00-start.html").read_text(encoding="utf-8"))

    def test_parts(self):
        page = (self.out / "01-parts.html").read_text(encoding="utf-8")
        body = page[page.index("<main"):page.index("</main>")]
        self.assertRegex(body, r"""(?s)Words before\.</p>\s*</div>\s*<div (?=[^>]*role="group")(?=[^>]*aria-label="Prediction")"""
                               r"""[^>]*class="task prediction"[^>]*>"""
                               r"""\s*<div class="text[^>]*>\s*<p><strong>Predict\.""")
        self.assertEqual(["prediction", "exercise", "exercise"], re.findall(r'class="task (\w+)"', body))
        self.assertRegex(body, r'(?s)<details class="solutions"><summary><h2 id="Solutions">Solutions.{0,200}</summary>'
                               r'.*Open them later.*solution011.*solution012'
                               r'.*<b>right</b>.*</details>\s*\Z')
        self.assertEqual(1, body.count("<details"), "nothing is folded twice")
        self.assertEqual(["Twice", "Twice-2", "Solutions"], re.findall(r'<h2 id="([^"]*)"', body))
        self.assertEqual(["Twice", "Twice-2", "Solutions"], re.findall(r'<li class="level2"><a href="#([^"]*)">', page))
        self.assertNotIn("Previous:", body)
        around = re.findall(r'<a rel="(prev|next)" href="([^"]*)">', page)
        self.assertEqual([("prev", "00-start.html"), ("next", "02-lenet-5.html")] * 2, around, "at the top and at the end")

    def test_what_answers_a_prediction_is_marked(self):
        """From behind the question to the next heading or task; an answer that holds another question ends where that one's does."""
        asks = lambda *names: code(" ".join(f'predict("{name}", TODO);' for name in names), tags=["prediction"])
        self.notebook(
            "03-answers", text("# Answers\n\n**Predict.** One?"), asks("03.a"), code("train();"), code('outcome("03.a", 1);'), text("about one"),
            text("## Two\n\n**Predict.** Two?"), asks("03.b", "03.c"), text("between"), code('outcome("03.b", 1); outcome("03.c", 2);'), code("chart();"),
            text("**Exercise 03.1 · count.** One.", tags=["exercise"]), code('check("03.1", TODO);', tags=["exercise"]),
            text("**Predict.** Three?"), asks("03.d"), text("**Predict.** Four?"), asks("03.e"), code('outcome("03.d", 1);'), code('outcome("03.e", 1);'),
            text("about both"), text("## End"), text("**Predict.** Never answered?"), asks("03.f"), code("last();"))
        self.make()
        page = (self.out / "03-answers.html").read_text(encoding="utf-8")
        found = Answers(page).found
        self.assertEqual({
            "03.a": 'train(); outcome("03.a", 1); about one', "03.b 03.c": 'between outcome("03.b", 1); outcome("03.c", 2); chart();',
            "03.d": 'Predict. Four? predict("03.e", TODO); outcome("03.d", 1); outcome("03.e", 1); about both',
            "03.e": 'outcome("03.d", 1); outcome("03.e", 1); about both'}, found)

    def test_a_heading_stands_above_the_exercise(self):
        self.notebook("03-exercise", text("## Exercises\n\n**Exercise 03.1 · count.** One.", tags=["exercise"]),
                      code('check("03.1", TODO);', tags=["exercise"]))
        self.make()
        page = (self.out / "03-exercise.html").read_text(encoding="utf-8")
        self.assertRegex(page[page.index("<main"):page.index("</main>")],
                         r'(?s)>Exercises<.*</h2>\s*</div>\s*<div [^>]*class="task exercise"[^>]*>\s*<div [^>]*>\s*<p><strong>Exercise 03\.1')

    def test_formulas(self):
        self.notebook("03-formulas", text("# Formulas\n\nOf $n_H \\times n_W$, $\\gamma$ and $f$. And\n\n"
                                          "$$\\frac{1}{\\text{side}} = 2{,}416$$\n\nand no more."))
        self.make()
        page = (self.out / "03-formulas.html").read_text(encoding="utf-8")
        self.assertEqual(["$n_H \\times n_W$,", "$f$."], re.findall(r'<span style="white-space:nowrap">([^<]*)</span>', page), "a stop stays with its formula")
        said = (self.out / "assets" / "search.js").read_text(encoding="utf-8")
        self.assertIn("Of n_H × n_W, γ and f. And 1/side = 2,416 and no more.", said)

    def test_a_script_in_an_output_stays_as_it_is(self):
        script = '<script>var a = "<table><tr><td>1</td></tr></table>";</script>'
        self.notebook("03-script", text("# Script"), code("a();", shown(text_html=f"<table></table>{script}")))
        self.make()
        page = (self.out / "03-script.html").read_text(encoding="utf-8")
        self.assertIn(script, page)
        self.assertIn('<div class="scroll"><table></table></div>', page)

    def test_search_index(self):
        said = (self.out / "assets" / "search.js").read_text(encoding="utf-8")
        index = json.loads(re.fullmatch(r"casebookSearch\((.*)\);\n", said).group(1))
        self.assertEqual(["00-start.html", "01-parts.html", "02-lenet-5.html"], [page for page, _, _ in index])
        sections = {name: (heading, words) for name, heading, words in index[1][2]}
        self.assertEqual(["Parts", "Twice", "Twice-2"], list(sections), "the solutions are not found")
        self.assertEqual(("Twice", 'Words before. Predict. How many? predict("01.a", TODO);'), sections["Twice"])
        self.assertNotIn("solution011", said)
        self.assertNotIn("a < b", said, "outputs are not searched")

    def test_a_page_of_an_older_version_is_made_again(self):
        page = self.out / "01-parts.html"
        text = page.read_text(encoding="utf-8")
        page.write_text(text.replace("Words before", "Words of a run"), encoding="utf-8")
        self.make()
        self.assertIn("Words of a run", page.read_text(encoding="utf-8"), "what a run wrote stays")
        old = re.sub('content="Casebook [0-9a-f]+"', 'content="Casebook 0"', text.replace("Words before", "Words of a run"))
        page.write_text(old, encoding="utf-8")
        self.make()
        self.assertEqual(text, page.read_text(encoding="utf-8"))

    def test_index(self):
        self.assertRegex(self.index, r'<img src="assets/01-parts.png" alt="Bars: 3 of them."')
        self.assertEqual(PNG, base64.b64encode((self.out / "assets" / "01-parts.png").read_bytes()).decode(), "the cover, not the first")
        self.assertIn("<p>Name each part of a page.</p>", self.index)
        self.assertIn("3 notebooks, 55 minutes in all", self.index)
        self.assertIn("Start &amp; go", self.index)
        self.assertIn("15 minutes", self.index)
        self.assertIn("35 minutes", self.index)
        self.assertIn("This takes 15 minutes and shows what a notebook is. It has two sentences.", self.index)

    def test_removed_notebook_loses_its_page(self):
        (self.home / "notebooks" / "00-start.ipynb").unlink()
        self.make()
        self.assertFalse((self.out / "00-start.html").exists())
        self.assertNotIn("00-start", (self.out / "index.html").read_text(encoding="utf-8"))

    def browse(self, page):
        """The page as Chromium has it after its scripts ran, without a network, and what they wrote to the console."""
        result = subprocess.run(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={self.home / 'chromium'}", "--enable-logging=stderr",
             "--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=10000", "--dump-dom", page.as_uri()],
            capture_output=True, text=True, encoding="utf-8", errors="replace", timeout=100)
        return result.stdout, re.findall(r":CONSOLE[:(]\d+\)?\] (.*)", result.stderr)

    @unittest.skipUnless(CHROMIUM and os.environ.get("CASEBOOK_MATHJAX"), "needs Chromium and the launcher's MathJax")
    def test_mathematics_without_a_network(self):
        page, said = self.browse(self.out / "02-lenet-5.html")
        self.assertEqual(1, len(re.findall(r"<mjx-container", page)), "the formula, and not the table's prices")
        self.assertEqual([], said)


def serious(page, rules=None):
    """What axe finds on the page, with everything unfolded, that keeps people from using it: (rule, the first place)."""
    from axe_playwright_python.sync_playwright import Axe
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true; })")
    # The rows of a long table are alike, and each of its cells costs axe time.
    page.evaluate("document.querySelectorAll('tbody tr:nth-child(n+7)').forEach(row => row.remove())")
    options = {"resultTypes": ["violations"], **({"runOnly": {"type": "rule", "values": rules}} if rules else {})}
    return [(found["id"], found["nodes"][0]["html"][:200]) for found in Axe().run(page, options=options).response["violations"]
            if found["impact"] in ("serious", "critical")]


def sideways(page):
    """By how many pixels the page is wider than the screen."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


class Watched:
    """Pages in Chromium, without a network, with what they wrote to the console and what they asked the network for."""

    def __init__(self, reached=""):
        from playwright.sync_api import sync_playwright
        self.playwright = sync_playwright().start()
        hosts = ", ".join(filter(None, ["MAP * ~NOTFOUND", reached]))
        self.browser = self.playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", f"--host-resolver-rules={hosts}"])
        self.said = []

    def open(self, file, width=1200, height=800, **options):
        page = self.browser.new_context(viewport={"width": width, "height": height}, **options).new_page()
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: None if re.match("(file|data|blob):", request.url) else self.said.append(request.url))
        page.goto(file.as_uri())
        return page

    def close(self):
        self.browser.close()
        self.playwright.stop()


def on(kind, cell, notes=None, *tags):
    """The cell with a slide type, and perhaps notes for the speaker and tags."""
    cell["metadata"] = {**cell["metadata"], "slideshow": {"slide_type": kind}, **({"casebook": {"notes": notes}} if notes else {}),
                        **({"tags": list(tags)} if tags else {})}
    return cell


def drawing(width, height):
    """A picture of this size, with a mark at its foot."""
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'><rect width='{width}' height='{height}' fill='#def'/></svg>"
    return shown({"image/svg+xml": {"alt": "A drawing", "width": width, "height": height}}, **{"image/svg+xml": svg})


def table(columns):
    return shown(text_html=f"<div style=\"overflow-x:auto\"><table><tr>{'<td>1</td>' * columns}</tr></table></div>")


class Lectures(Project):
    """A notebook with slides, exercises and solutions."""

    def setUp(self):
        super().setUp()
        (self.home / "datasets").mkdir()
        (self.home / "datasets" / "über.csv").touch()
        (self.home / "notebooks" / "images").mkdir()
        (self.home / "notebooks" / "images" / "drawing.png").write_bytes(base64.b64decode(DOT))
        self.notebook("00-start", text("# Start\n\nNo slides."))
        self.path = self.notebook(
            "05-deck",
            on("slide", text("# 05 · A deck\n\n**You will be able to** look at slides.\n\n**Time**: 5 minutes.\n\nPrevious: [Start](00-start.ipynb)"),
               "Say *hello*."),
            on("notes", text("The last row sees $n^2$.")),
            text("left out because it says nothing ![A drawing](images/drawing.png)"),
            on("skip", text("left out as it wants")),
            on("slide", text("## Code\n\nSee [the start](00-start.ipynb) and [the data](../datasets/%C3%BCber.csv).")),
            on("-", code("int shown = 1;", {"output_type": "stream", "name": "stdout", "text": "printed\n"})),
            on("fragment", text("*Afterwards*")),
            on("-", text("with it")),
            on("subslide", code("chart();", drawing(800, 500), shown(text_html="<details><summary>In words</summary>table</details>")),
               "Ask.", "hide-input"),
            on("slide", text("## A high drawing")),
            on("-", code("high();", drawing(600, 1500)), None, "hide-input"),
            on("slide", text("## Two charts")),
            on("-", code("two();", shown(text_plain="5 of 5 batches"), drawing(800, 500), drawing(800, 400)), None, "hide-input"),
            on("slide", text("**Predict.** How many?")),
            on("-", code("answer();", table(5))),
            on("skip", code('predict("05.a", TODO);', shown(text_html="<b>No prediction yet</b>"), tags=["prediction"]), None, "prediction"),
            text("## Questions\n\n<details><summary>Why so?</summary>\n\nBecause.\n\n</details>\n\n1. How?\n\n"
                 "<details><summary>Answer 1</summary>So.</details>"),
            text("**Exercise 05.1 · count.** [Data](../datasets/%C3%BCber.csv), [start](00-start.ipynb#A), [web](https://example.org/x).",
                 tags=["exercise"]),
            code('check("05.1", TODO);', shown(text_html="<b>not answered yet</b>"), tags=["exercise"]),
            text("## Solutions"),
            code("int solution051 = 7;", shown(text_html="<b>right</b>"), tags=["solution"], jupyter={"source_hidden": True, "outputs_hidden": True}),
            kernelspec={"name": "java", "display_name": "Java", "language": "java"})
        self.read = json.loads(self.path.read_text(encoding="utf-8"))


@unittest.skipUnless(READY, "needs the environment that the launcher sets up")
class SlidesTest(Lectures):
    def deck(self):
        result = self.course("slides", "05")
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertEqual("", result.stderr)
        return self.home / "target" / "slides" / "05-deck.html"

    def sections(self, written=0):
        """The slides as (what stands on it, notes), of a deck that has so many slides and is there already, or of a new one."""
        page = (self.home / "target" / "slides" / "05-deck.html" if written else self.deck()).read_text(encoding="utf-8")
        main = page[page.index('<main class="slides">'):page.index("</main>")]
        slides = re.split(r"<section[^>]*>(?!\s*<section)", main)[1:]
        self.assertIn(written, (0, len(slides)))
        return [(slide.split("<aside")[0], "".join(re.findall(r"(?s)<aside class=\"notes\">(.*?)</aside>", slide))) for slide in slides]

    def test_what_is_on_the_slides(self):
        slides = self.sections()
        self.assertEqual(6, len(slides))
        self.assertNotIn("left out", str(slides))
        self.assertNotIn("5 minutes", slides[0][0])
        self.assertNotIn("Previous", slides[0][0])
        self.assertRegex(slides[0][1], r"(?s)Say <em>hello</em>.*The last row sees .*\$n\^2\$")
        self.assertIn("../course/00-start.html", slides[1][0])
        self.assertIn("../../datasets/%C3%BCber.csv", slides[1][0])
        self.assertRegex(slides[1][0], r'(?s)shown.*printed.*<div class="fragment">.*Afterwards.*with it')
        self.assertEqual("", re.sub(r"<[^>]*>", "", slides[2][0]).strip(), "a picture alone")
        self.assertNotIn("In words", slides[2][0])
        self.assertIn("Ask.", slides[2][1])
        self.assertNotIn("batches", slides[4][0])
        self.assertIn("in-turn", slides[4][0])

    def test_it_is_one_file(self):
        page = re.sub(r"(?s)(<script\b[^>]*>).*?</script>", r"\1", self.deck().read_text(encoding="utf-8"))
        self.assertEqual([], re.findall(r'<(?:script|img|link)\b[^>]*(?:src|href)="(?!data:)[^"]*"', page))

    def test_without_slides(self):
        result = self.course("slides", "00")
        self.assertEqual(1, result.returncode)
        self.assertRegex(result.stderr, r"\A00-start\.ipynb has no slides[^\n]*\n\Z")
        self.assertEqual(0, self.course("slides").returncode, "of all notebooks some may have none")
        self.path.unlink()
        self.assertEqual(1, self.course("slides").returncode)
        self.assertEqual(2, self.course("slides", "07").returncode)

    def warned(self, *cells):
        self.notebook("05-deck", on("slide", text("## First")), *cells)
        result = self.course("slides", "5")
        self.assertEqual(0, result.returncode, result.stderr)
        return result.stderr

    def test_what_the_last_row_can_not_read(self):
        twelve, sixty = "\n".join(["a();"] * 12), "a" * 59 + ";"
        good = [on("-", code(twelve)), on("slide", code(sixty)), on("slide", code("t", table(5))), on("-", text("| a | b |\n|---|---|\n| 1 | 2 |"))]
        self.assertEqual("", self.warned(*good))
        for cell, words in ((code(twelve + "\na();"), "lines of code: 13, at most 12"), (code(sixty + ";"), "columns of code: 61, at most 60"),
                            (code("t", table(6)), "columns of a table: 6, at most 5"), (text("|a|b|c|d|e|f|\n|-|-|-|-|-|-|"), "columns of a table: 6"),
                            (text("```\n" + "x" * 61 + "\n```"), "columns of code: 61"),
                            (code("p", {"output_type": "stream", "name": "stdout", "text": "x\n" * 11 + "x" * 100}), "printed lines: 13")):
            self.assertRegex(self.warned(on("slide", text("## The *second*")), on("-", cell)), rf"\A05-deck, slide 2 \(The second\): {words}[^\n]*\n\Z")
        self.assertEqual("", self.warned(on("slide", code(twelve * 3, drawing(800, 500)), None, "hide-input")))
        self.assertIn("slide 2 (a();) shows nothing", self.warned(on("slide", code(twelve * 3), None, "hide-input")))

    @unittest.skipUnless(DRIVEN and CHROMIUM, "needs Chromium and Playwright")
    def test_in_a_browser(self):
        watched = Watched()
        self.addCleanup(watched.close)
        page = watched.open(self.deck(), 1280, 720, reduced_motion="reduce")
        steps = walk(page)
        self.assertEqual([], watched.said)
        self.assertEqual([(place, 0, 0) for place in range(6)], sorted(set(steps)), "nothing is cut off")
        count = [sum(step[0] == place for step in steps) for place in range(6)]
        self.assertEqual([1, 2, 1], count[:3], "a fragment is a step of its own")
        self.assertGreater(count[3], 3, "the drawing as a whole, then its pieces")
        self.assertEqual(2, count[4], "two charts, one after the other")
        self.assertEqual(2, count[5], "a prediction's answer waits")
        page.evaluate("Reveal.slide(1)")
        sizes = dict(page.evaluate("""[...document.querySelectorAll('section.present p, section.present li, section.present pre, section.present td')]
            .map(node => [node.tagName, parseFloat(getComputedStyle(node).fontSize)])"""))
        self.assertGreaterEqual(sizes["P"], 24)
        self.assertGreaterEqual(sizes["PRE"], 20)
        page.evaluate("Reveal.slide(2, 0, -1)")
        box = page.locator("section.present section.present img").bounding_box()
        self.assertGreaterEqual(box["y"], 0)
        self.assertLessEqual(box["y"] + box["height"], 720, "the whole drawing first")
        page.keyboard.press("ArrowRight")
        self.assertGreater(page.locator("section.present section.present img").bounding_box()["height"], 1000, "then large")
        page.evaluate("Reveal.slide(0)")
        with page.context.expect_page() as opened:
            page.keyboard.press("s")
        opened.value.wait_for_function("document.querySelector('.speaker-controls-notes').innerText.includes('Say hello')")

    @unittest.skipUnless(DRIVEN and CHROMIUM, "needs Chromium and Playwright")
    def test_what_is_cut_off_is_seen(self):
        self.notebook("05-deck", on("slide", text("# Long\n\n" + "word " * 500)), on("slide", code("wide();", table(5))))
        watched = Watched()
        self.addCleanup(watched.close)
        steps = walk(watched.open(self.deck(), 1280, 720))
        self.assertGreater(steps[0][1], 100)
        self.assertEqual((1, 0, 0), steps[1])

    def test_a_part_of_a_table(self):
        rows = "".join(f"<tr><td>row {row}</td>{''.join(f'<td>{row}.{place}</td>' for place in range(6))}</tr>" for row in range(30))
        heads = "".join(f"<th>head {place}</th>" for place in range(7))
        long = shown(text_html=f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>")

        def asked(**said):
            cell = on("-", code("rows();", copy.deepcopy(long)))
            cell["metadata"]["casebook"] = said
            return self.warned(on("slide", text("## Rows")), cell)

        self.assertEqual("", asked(rows=["row 7", "row 29"], columns=["head 0", "head 2", "head 5"]))
        kept = re.findall(r"<t[hd]>([^<]*)", self.sections(2)[1][0])
        self.assertEqual(["head 0", "head 2", "head 5", "row 7", "7.1", "7.4", "row 29", "29.1", "29.4"], kept)
        self.assertIn("slide 2 (Rows): casebook.rows names row 77, which its table has not; it has row 0, row 1,",
                      asked(rows=["row 77"], columns=["head 0"]))
        self.assertIn("casebook.columns names tail", asked(columns=["head 0", "tail"]))

    def test_a_poll(self):
        def asked(answer, *choices):
            question = on("slide", text("**Predict.** Which?"))
            question["metadata"]["casebook"] = {"poll": list(choices)}
            found = shown(text_html=f'<details style="max-width:46em"><summary>The answer</summary>It is {answer}</details>')
            return self.warned(question, on("subslide", code('outcome("05.a", 1);', found, drawing(800, 500)), None, "hide-input"))

        for answer, choices, right in (("more", ("fewer", "more (it is deeper)"), "more (it is deeper)"), ("61,706", ("6,000", "60,000", "600,000"), "60,000"),
                                       ("8.79e-09", ("about 0.1", "1e-8", "−1"), "1e-8"), ("VGG-19", ("VGG-16", "vgg-19"), "vgg-19"),
                                       ("b", ("one network", "another"), "another")):
            self.assertEqual("", asked(answer, *choices))
            slide = self.sections(3)[1][0]
            self.assertEqual(list(choices), re.findall(r'<button[^>]*class="choice[^>]*><b>[a-d]</b> <span>([^<]*)', slide))
            self.assertNotIn("The answer", str(self.sections(3)), "the answer for the notebook's reader has no place on a slide")
            self.assertEqual([right], re.findall(r'class="choice fragment custom"[^>]*><b>.</b> <span>([^<]*)', slide))
        self.assertIn("slide 2 (Predict. Which?): none of the poll's choices is the answer, neither", asked("neither", "more", "fewer"))
        self.assertIn("a poll of 5 choices", asked("a", *"abcde"))

    def test_minutes_and_titles(self):
        def slide(minutes, cell, **said):
            cell = on("slide", cell)
            cell["metadata"]["casebook"] = {"minutes": minutes, **said} if minutes else said
            return cell

        picture = slide(1.5, code("chart();", drawing(800, 500)), slide="## A picture says it")
        self.assertEqual("", self.warned(slide(0.5, text("# First")), slide(2, text("old words"), slide="## New words"), picture)
                         .replace("05-deck, slide 1 (First) says nothing of its minutes: write casebook.minutes into its first cell's metadata\n", ""))
        slides = self.sections(4)
        self.assertNotIn("old words", slides[2][0])
        self.assertRegex(slides[3][0], r"(?s)A picture says it.*<figure>")
        self.assertRegex(slides[3][1], r"<strong>1.5 min</strong>, from 2.5 to 4 of 4")
        self.assertRegex((self.home / "target" / "slides" / "05-deck.html").read_text(encoding="utf-8"), 'data-timing="90"')
        self.assertIn("slide 2 (t();) has no title", self.warned(slide(1, code("t();", table(2)))))

    @unittest.skipUnless(CHROMIUM, "needs Chromium")
    def test_what_is_cut_off_fails(self):
        rows = "".join(f"<tr><td>row {number}</td></tr>" for number in range(30))
        self.notebook("05-deck", on("slide", text("# First")), on("slide", text("## Rows")), on("-", code("rows();", shown(
            text_html=f"<table><thead><tr><th>Row</th></tr></thead><tbody>{rows}</tbody></table>"))),
            on("slide", text("## Later")), on("fragment", text("word " * 400)), on("slide", text("```\n" + "x" * 120 + "\n```")))
        result = self.course("slides", "--check", "05")
        self.assertEqual(1, result.returncode)
        for screen in ("1280×720", "1920×1080"):
            self.assertRegex(result.stderr, rf"05-deck, slide 2 \(Rows\): too high by [4-9]\d\d pixels at {screen}: shorten it, show a part of its table")
            self.assertRegex(result.stderr, rf"05-deck, slide 3 \(Later\): too high by \d+ pixels at {screen}", "what comes with a step counts")
            self.assertRegex(result.stderr, rf"05-deck, slide 4 .*too wide by \d+ pixels at {screen}")
        self.assertNotIn("slide 1 ", result.stderr)
        self.notebook("05-deck", on("slide", text("# First")), on("slide", code("chart();", drawing(800, 1500), drawing(800, 400)), None, "hide-input"))
        result = self.course("slides", "--check", "05")
        self.assertEqual((0, ""), (result.returncode, result.stderr))

    def test_no_browser(self):
        self.env.update(PATH="", CASEBOOK_BROWSER="no-such-browser")
        result = self.course("slides", "--check", "05")
        if "measured" in result.stderr:    # a Mac has its browser at a fixed place
            self.assertEqual(1, result.returncode)
            self.assertRegex(result.stderr, r"\Athe decks are written, but not measured: that needs Chromium[^\n]*\n\Z")
            self.assertTrue((self.home / "target" / "slides" / "05-deck.html").exists())

    @unittest.skipUnless(DRIVEN and CHROMIUM and os.environ.get("CASEBOOK_MATHJAX"), "needs Chromium, Playwright and the launcher's MathJax")
    def test_formulas_and_polls_in_a_browser(self):
        question = on("slide", text("**Predict.** Which?"), "Here $a_l$ is small.")
        question["metadata"]["casebook"]["poll"] = ["more", "fewer"]
        self.notebook("05-deck", on("slide", text("# First")), question, on("subslide", code("a();", shown(
            text_html="<details><summary>The answer</summary>It is more</details>"), table(2))))
        watched = Watched()
        self.addCleanup(watched.close)
        self.assertEqual(0, self.course("slides", "05").returncode)
        page = watched.open(self.home / "target" / "slides" / "05-deck.html", 1280, 720, reduced_motion="reduce")
        page.wait_for_function("window.Reveal && Reveal.isReady()")
        page.evaluate("Reveal.slide(1)")
        with page.context.expect_page() as opened:
            page.keyboard.press("s")
        opened.value.wait_for_selector(".speaker-controls-notes mjx-container svg", state="attached")
        self.assertEqual("Here is small.", " ".join(opened.value.locator(".speaker-controls-notes p").last.text_content().split()), "the formula once, as a drawing")
        self.assertEqual("a_l", opened.value.locator(".speaker-controls-notes mjx-container").get_attribute("aria-label"))
        choice = page.locator("section.present .choice").first
        choice.click()
        choice.click()
        self.assertEqual("2", choice.locator("output").inner_text())
        self.assertNotIn("visible", choice.get_attribute("class"))
        page.keyboard.press("ArrowRight")
        self.assertIn("visible", choice.get_attribute("class"))
        self.assertTrue(page.locator("section.present .choice").last.is_visible())


def walk(page):
    """Steps through a deck with the right arrow: at each step the slide's place and by how much it is too high and too wide."""
    page.wait_for_function("window.Reveal && Reveal.isReady()", timeout=90_000)
    steps = []
    while True:
        steps.append(tuple(page.evaluate("""() => {
            const slide = Reveal.getCurrentSlide();
            return [Reveal.getSlidePastCount(), slide.scrollHeight - slide.clientHeight, slide.scrollWidth - slide.clientWidth];
        }""")))
        if page.evaluate("Reveal.isLastSlide() && !Reveal.availableFragments().next"):
            return steps
        page.keyboard.press("ArrowRight")


@unittest.skipUnless(READY, "needs the environment that the launcher sets up")
class HandoutTest(Lectures):
    def setUp(self):
        super().setUp()
        before = self.path.read_bytes()
        result = self.course("handout", "05")
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertEqual(before, self.path.read_bytes())
        self.student, self.instructor = (json.loads((self.home / "target" / "handout" / name / "05-deck.ipynb").read_text(encoding="utf-8"))
                                         for name in ("student", "instructor"))

    def source(self, notebook, word):
        return next("".join(cell["source"]) for cell in notebook["cells"] if word in "".join(cell["source"]))

    def test_student(self):
        cells = self.student["cells"]
        self.assertEqual([], [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")])
        said = json.dumps(self.student)
        for word in ("solution", "Solutions", "Because", "So.", "Answer 1", "Say *hello*", "Ask."):
            self.assertNotIn(word, said)
        self.assertEqual('check("05.1", TODO);', self.source(self.student, "check("))
        self.assertEqual('predict("05.a", TODO);', self.source(self.student, "predict("))
        self.assertEqual("## Questions\n\n**Why so?**\n\n1. How?", self.source(self.student, "## Questions"))
        kept = {cell["id"] for cell in cells}
        self.assertEqual([cell["id"] for cell in self.read["cells"] if cell["id"] in kept], [cell["id"] for cell in cells])

    def test_instructor(self):
        cells = self.instructor["cells"]
        self.assertEqual(len(self.read["cells"]) + 2, len(cells))
        self.assertEqual(len(cells), len({cell["id"] for cell in cells}))
        self.assertEqual(["> **For the instructor.** Say *hello*."], cells[1]["source"])
        solution = next(cell for cell in cells if "solution051" in "".join(cell["source"]))
        self.assertNotIn("jupyter", solution["metadata"])
        self.assertTrue(solution["outputs"])
        self.assertIn("<details open>", self.source(self.instructor, "## Questions"))

    def test_links(self):
        for notebook in (self.student, self.instructor):
            exercise = self.source(notebook, "**Exercise 05.1")
            self.assertIn("(../../../datasets/%C3%BCber.csv)", exercise)
            self.assertTrue((self.home / "target" / "handout" / "student" / "../../../datasets/über.csv").exists())
            self.assertTrue((self.home / "target" / "handout" / "student" / "images" / "drawing.png").exists())
            self.assertIn("(00-start.ipynb#A)", exercise)
            self.assertIn("(images/drawing.png)", self.source(notebook, "A drawing"))
            self.assertIn("(https://example.org/x)", exercise)

    def test_all_of_them(self):
        self.assertEqual(0, self.course("handout").returncode)
        folder = self.home / "target" / "handout" / "student"
        self.assertEqual({"00-start.ipynb", "05-deck.ipynb", "images"}, {path.name for path in folder.iterdir()})
        self.assertEqual(2, self.course("handout", "07").returncode)


@unittest.skipUnless(READY and KERNEL and JAR.exists() and DRIVEN and CHROMIUM,
                     "needs the library's jar, the kernel that the launcher sets up, Chromium and Playwright")
class LabTest(Project):
    """The pinned JupyterLab in a browser, as `casebook lab` opens it: nothing is fetched from beyond this computer."""

    def setUp(self):
        super().setUp()
        for name in ("00-start-here", "00b-just-enough", "02-lenet-5"):
            shutil.copy(PROJECT / "notebooks" / f"{name}.ipynb", self.home / "notebooks")
        self.notebook("12-live", on("slide", text("# Live")), on("slide", text("## Second $n^2$")), on("-", code("int n = 6;")),
                      kernelspec={"name": "java", "display_name": "Java", "language": "java"})
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        own = ("_CONFIG_DIR", "_DATA_DIR", "_RUNTIME_DIR", "LAB_SETTINGS_DIR", "LAB_WORKSPACES_DIR")
        env = {**self.env, **{f"JUPYTER{name}": str(self.home / "jupyter" / name) for name in own}, "CASEBOOK_KEPT": str(self.home / "kept")}
        with open(self.home / "lab.log", "w+b") as log:
            command = self.command("lab", "--no-browser", f"--port={self.port}", "--IdentityProvider.token=")
            lab = subprocess.Popen(command, env=env, cwd=self.home, stdout=log, stderr=log)
        self.addCleanup(lab.wait, 30)
        self.addCleanup(lab.terminate)
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/status").close()
                break
            if time.monotonic() > deadline or lab.poll() is not None:
                self.fail((self.home / "lab.log").read_text(encoding="utf-8"))
            time.sleep(0.3)
        self.watched = Watched("EXCLUDE 127.0.0.1")
        self.addCleanup(self.watched.close)
        self.asked = []

    def visit(self, path):
        page = self.watched.browser.new_page(viewport={"width": 1280, "height": 720})
        page.on("request", lambda request: None if re.match(r"(data|blob):|http://127\.0\.0\.1:", request.url) else self.asked.append(request.url))
        page.goto(f"http://127.0.0.1:{self.port}/{path}")
        return page

    def test_all_cells_run(self):
        page = self.visit("lab/tree/work/00-start-here.ipynb")
        page.get_by_role("heading", name="00 · Start here").wait_for(timeout=60_000)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        copy, cells = self.home / "work" / "00-start-here.ipynb", [{"execution_count": None}]
        deadline = time.monotonic() + 120
        while True:
            page.wait_for_timeout(500)
            page.keyboard.press("Control+S")
            with contextlib.suppress(ValueError):    # it may be being written
                cells = [cell for cell in json.loads(copy.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
            if all(cell["execution_count"] for cell in cells) or time.monotonic() > deadline:
                break
        self.assertEqual(list(range(1, len(cells) + 1)), [cell["execution_count"] for cell in cells])
        self.assertEqual([], [output for cell in cells for output in cell["outputs"] if output["output_type"] == "error" or output.get("name") == "stderr"])
        self.assertGreater(sum("image/svg+xml" in output.get("data", {}) for cell in cells for output in cell["outputs"]), 2)
        self.assertEqual([], self.asked)

    def test_what_is_not_trusted_shows_charts_and_tables(self):
        """The project's own notebooks, as someone sees them who opens them in JupyterLab: it runs none of their scripts."""
        for name, heading in (("00b-just-enough", "00b · Just enough"), ("02-lenet-5", "02 · LeNet-5")):
            cells = json.loads((self.home / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
            # A solution's output is drawn once somebody opens it.
            seen = [cell for cell in cells if not cell["metadata"].get("jupyter", {}).get("outputs_hidden")]
            saved = [output["data"] for cell in seen for output in cell.get("outputs", []) if "data" in output]
            without_scripts = [re.sub(r"(?s)<script\b.*?</script>", "", "".join(data.get("text/html", ""))) for data in saved]
            pictures, tables = sum("image/png" in data for data in saved), sum(html.count("<table") for html in without_scripts)
            self.assertGreater(min(pictures, tables), 5)
            page = self.visit(f"lab/tree/notebooks/{name}.ipynb?reset")
            page.get_by_role("heading", name=heading, exact=True).wait_for(timeout=60_000)
            # What is further down is put on the page as soon as the browser has time.
            page.wait_for_function("""([cells, pictures]) => document.querySelectorAll('.jp-Cell').length === cells
                && document.querySelectorAll('.jp-RenderedImage img').length >= pictures""", arg=[len(cells), pictures], timeout=60_000)
            self.assertRegex(page.locator(".jp-StatusItem-trust").get_attribute("title"), r"not trusted: 0 of \d+ code cells")
            with self.subTest(name):
                self.assertEqual(pictures, page.locator(".jp-RenderedImage img").count())
                widths = page.evaluate("""Promise.all([...document.querySelectorAll('.jp-OutputArea img')].map(
                    image => image.decode().then(() => image.naturalWidth, () => 0)))""")
                self.assertEqual(0, widths.count(0))
                self.assertEqual(tables, page.locator(".jp-OutputArea table").count())
                self.assertEqual(0, page.locator(".jp-OutputArea script").count())
        self.assertEqual([], self.asked)

    def test_slides_live(self):
        """RISE: slides are stepped through, a cell is changed and run on its slide."""
        page = self.visit("rise/work/12-live.ipynb")
        page.get_by_role("heading", name="Live").wait_for(timeout=60_000)
        page.locator(".reveal").first.click(position={"x": 600, "y": 650})
        page.keyboard.press("Space")
        page.get_by_role("heading", name="Second").wait_for()
        page.wait_for_selector("section.present mjx-container")
        cell = page.locator("section.present .jp-CodeCell")
        cell.locator(".cm-line").first.dblclick()
        page.keyboard.press("Control+A")
        page.keyboard.type('System.out.println("ran " + 6 * 7);')
        page.keyboard.press("Control+Enter")
        cell.get_by_text("ran 42").wait_for(timeout=60_000)
        self.assertEqual([], self.asked)


@unittest.skipUnless(READY and DRIVEN and CHROMIUM and os.environ.get("CASEBOOK_MATHJAX"), "needs Chromium, Playwright and the launcher's MathJax")
class BookTest(unittest.TestCase):
    """The pages of the course's own notebooks, as they are committed, in a browser."""

    @classmethod
    def setUpClass(cls):
        cls.place = Path(tempfile.mkdtemp(prefix="casebook-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.place, ignore_errors=True)
        shutil.copytree(PROJECT / "notebooks", cls.place / "notebooks", ignore=shutil.ignore_patterns("course", ".*"))
        cls.out = cls.place / "target" / "course"
        cls.env = {**os.environ, "CASEBOOK_HOME": str(cls.place), "PYTHONPATH": str(PROJECT / "notebooks"), "PYTHONDONTWRITEBYTECODE": "1"}
        subprocess.run([sys.executable, "-c", "from course import pages; pages.write({})"], env=cls.env, cwd=cls.place, check=True)
        cls.watched = Watched()
        cls.addClassCleanup(cls.watched.close)

    def open(self, name, **options):
        page = self.watched.open(self.out / name, **options)
        self.addCleanup(page.context.close)
        self.watched.said.clear()
        page.reload()
        return page

    def test_every_page(self):
        pages = sorted(self.out.glob("*.html"))
        self.assertEqual(len(list((PROJECT / "notebooks").glob("[0-9]*.ipynb"))) + 1, len(pages))
        for file in pages:
            with self.subTest(file.name):
                page = self.open(file.name, color_scheme="light")
                if "tex2jax_process" in file.read_text(encoding="utf-8"):
                    page.wait_for_function("!window.MathJax || MathJax.startup.promise.then(() => true)")
                self.assertEqual([], self.watched.said, "to the console or the network")
                page.set_viewport_size({"width": 390, "height": 800})
                self.assertEqual(0, sideways(page), "wider than a phone")
                page.set_viewport_size({"width": 1200, "height": 800})
                self.assertEqual([], serious(page), "by day")
                page.emulate_media(color_scheme="dark")
                self.assertEqual([], serious(page, ["color-contrast"]), "by night")
                page.context.close()

    def test_every_deck(self):
        """The decks of the course's own notebooks: each slide can be read at the back, nothing is cut off, nothing is fetched."""
        command = [sys.executable, "-m", "course", "slides", "--check"]
        result = subprocess.run(command, env=self.env, cwd=self.place, capture_output=True, text=True, encoding="utf-8")
        self.assertEqual((0, ""), (result.returncode, result.stderr))
        decks = sorted((self.place / "target" / "slides").glob("*.html"))
        self.assertTrue(decks)
        for file in decks:
            with self.subTest(file.name):
                self.watched.said.clear()
                page = self.watched.open(file, 1280, 720, reduced_motion="reduce")
                steps = walk(page)
                self.assertEqual([], [step for step in steps if step[1:] != (0, 0)], "slides from 0, too high by, too wide by")
                self.assertEqual([], self.watched.said)
                page.context.close()

    def test_what_is_wrong_is_seen(self):
        wrong = self.out / "wrong.html"
        self.addCleanup(wrong.unlink)
        wrong.write_text("<!doctype html><html lang=en><title>x</title><main><h1 style='color:#aaa'>pale</h1><img src='data:,'>"
                         "<p style='width:900px'>wide"
                         "<script>fetch('http://example.org/x'); console.log('heard'); throw new Error('seen')</script>", encoding="utf-8")
        page = self.open(wrong.name, width=390)
        page.wait_for_timeout(300)
        self.assertEqual({"color-contrast", "image-alt"}, {rule for rule, _ in serious(page)})
        self.assertGreater(sideways(page), 400)
        for part in ("heard", "seen", "http://example.org/x"):
            self.assertIn(part, " ".join(self.watched.said))

    def test_index(self):
        page = self.open("index.html")
        self.assertEqual(1, page.get_by_text("00 · Start here", exact=True).count(), "the number once")
        lectures = page.locator(".lectures li")
        for place in range(lectures.count()):
            lecture = lectures.nth(place)
            lecture.scroll_into_view_if_needed()
            name = lecture.locator("h2").inner_text()
            if not re.match(r"9\d", name):    # the cheat sheet and the glossary have no picture
                self.assertGreater(len(lecture.locator("img").get_attribute("alt")), 10, name)
                self.assertLess(len(lecture.locator("img").get_attribute("alt")), 250, name)
                self.assertTrue(lecture.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth > 50)"), name)
            self.assertRegex(lecture.locator("p").first.inner_text(), r"^[A-Z].*[.?!]$", name)
            self.assertRegex(lecture.locator(".minutes").inner_text(), r"^\d+ minutes$", name)

    def test_from_page_to_page(self):
        page = self.open("index.html")
        page.locator(".lectures a").first.click()
        names = [Path(page.url).name]
        while page.locator("a[rel=next]").count():
            page.locator("a[rel=next]").last.click()
            names.append(Path(page.url).name)
        self.assertEqual(sorted(file.name for file in self.out.glob("[0-9]*.html")), names)
        page.locator("a[rel=prev]").first.click()
        self.assertEqual(names[-2], Path(page.url).name)

    def test_search_with_the_keyboard(self):
        page = self.open("01-why-case-studies.html")
        page.keyboard.press("/")
        self.assertEqual("search", page.evaluate("document.activeElement.id"))
        page.keyboard.type("61706 60000")
        page.wait_for_selector(".results a")
        self.assertIn("61,706", page.locator(".results a").first.inner_text())
        self.assertRegex(page.locator(".results [role=status]").inner_text(), r"^\d+ sections?\b")
        self.assertEqual([], serious(page))
        page.keyboard.press("ArrowDown")
        self.assertTrue(page.evaluate("document.activeElement === document.querySelector('.results a')"))
        page.keyboard.press("Enter")
        page.wait_for_url("**/02-lenet-5.html#*")
        self.assertTrue(page.evaluate("document.getElementById(decodeURIComponent(location.hash.slice(1))).matches('h1, h2, h3')"))
        page.keyboard.press("/")
        page.keyboard.type("zzyzx")
        page.wait_for_function("document.querySelector('.results [role=status]').textContent === 'Nothing found.'")
        page.keyboard.press("Escape")
        self.assertFalse(page.locator(".results").is_visible())
        self.assertEqual([], self.watched.said)

    def test_search_on_a_phone(self):
        """What the search finds lies above the page, so that a tap on it goes there."""
        page = self.open("index.html", width=390)
        page.get_by_role("searchbox").fill("padding")
        page.wait_for_selector(".results a")
        hit = page.locator(".results a").evaluate_all("""results => results.map(result => {
            const box = result.getBoundingClientRect(), there = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
            return there && result.contains(there);
        }).filter(seen => seen !== null)""")
        self.assertGreater(len(hit), 3)
        self.assertNotIn(False, hit)
        page.get_by_role("searchbox").fill("gamma")
        page.wait_for_function("document.querySelector('.results mark').textContent === 'γ'")

    def test_dark_is_remembered(self):
        page = self.open("02-lenet-5.html", color_scheme="light")
        ground = "getComputedStyle(document.body).backgroundColor"
        day = page.evaluate(ground)
        page.get_by_role("button", name="Dark").click()
        night = page.evaluate(ground)
        self.assertNotEqual(day, night)
        self.assertEqual("true", page.locator(".theme").get_attribute("aria-pressed"))
        self.assertEqual("rgb(255, 255, 255)", page.locator("figure img").first.evaluate("image => getComputedStyle(image).backgroundColor"))
        page.goto((self.out / "index.html").as_uri())
        self.assertEqual(night, page.evaluate(ground))
        self.assertEqual([], serious(page, ["color-contrast"]))
        page.get_by_role("button", name="Dark").click()
        page.reload()
        self.assertEqual(day, page.evaluate(ground))
        page.emulate_media(color_scheme="dark")
        self.assertEqual(night, page.evaluate(ground), "back at the system's choice, the page follows it")
        page.emulate_media(media="print")
        self.assertEqual(day, page.evaluate(ground), "paper is white")
        self.assertFalse(page.locator(".search").is_visible())

    def test_contents_and_solutions(self):
        page = self.open("02-lenet-5.html", width=390)
        self.assertFalse(page.locator(".contents ol").is_visible(), "folded on a phone")
        self.assertFalse(page.locator(".solutions .code").first.is_visible())
        page = self.open("02-lenet-5.html")
        self.assertTrue(page.locator(".contents ol").is_visible())
        links = page.locator(".contents a")
        self.assertGreater(links.count(), 5)
        names = links.evaluate_all("links => links.map(link => decodeURIComponent(link.hash.slice(1)))")
        self.assertEqual([], [name for name in names if not page.evaluate("name => Boolean(document.getElementById(name))", name)])
        links.last.click()
        self.assertFalse(page.locator(".solutions .code").first.is_visible(), "a link to their heading shows no solution")
        page.locator(".solutions > summary").click()
        self.assertTrue(page.locator(".solutions .code").first.is_visible())
        page.keyboard.press("Tab")

    def test_an_answer_waits_for_a_prediction(self):
        page = self.open("02-lenet-5.html", width=390)
        first, second = page.locator(".answer").nth(0), page.locator(".answer").nth(1)
        self.assertFalse(first.is_visible(), "nothing was predicted yet")
        self.assertNotIn("61,706", page.locator("main").inner_text().split("Your prediction")[0], "the answer stands nowhere before")
        page.locator(".predict input").first.focus()
        page.keyboard.press("Enter")
        self.assertFalse(first.is_visible(), "an empty prediction is none")
        page.keyboard.type("60000")
        page.keyboard.press("Enter")
        self.assertTrue(first.is_visible())
        self.assertIn("It is 61,706", first.inner_text())
        self.assertEqual("You predicted 60000. The answer is below.", page.evaluate("document.activeElement.textContent"))
        self.assertFalse(second.is_visible(), "the next one still waits")
        self.assertEqual((0, []), (sideways(page), serious(page)))
        page.reload()
        self.assertEqual((True, False), (first.is_visible(), second.is_visible()), "what was predicted is remembered")
        page.get_by_role("button", name="Always show answers").first.press("Enter")
        self.assertEqual(0, page.locator(".answer.waits").count())
        page.goto((self.out / "03-alexnet.html").as_uri())
        self.assertEqual(0, page.locator(".answer.waits").count(), "said once, it holds on every page")
        self.assertFalse(page.locator(".predict").first.is_visible())
        page.get_by_role("button", name="Ask me first").first.click()
        self.assertFalse(page.locator(".answer").first.is_visible())
        page.emulate_media(media="print")
        self.assertTrue(page.locator(".answer").first.is_visible(), "on paper all is there")
        self.assertFalse(page.locator(".predict").first.is_visible())
        page = self.open("02-lenet-5.html", java_script_enabled=False)
        self.assertTrue(page.locator(".answer").first.is_visible(), "without a script all can be read")

    def test_every_prediction_has_a_box(self):
        for file in sorted(self.out.glob("[0-9]*.html")):
            said = file.read_text(encoding="utf-8")
            asked = re.findall(r'class="task prediction"', said)
            self.assertEqual(len(asked), said.count('<div class="answer"'), file.name)

    def test_what_scrolls_is_reached_with_the_keyboard(self):
        page = self.open("02-lenet-5.html", width=390)
        page.wait_for_selector("pre[tabindex='0']")
        self.assertEqual("Code, scrolls sideways", page.locator("pre[tabindex='0']").first.get_attribute("aria-label"))
        page.set_viewport_size({"width": 2000, "height": 900})
        page.wait_for_function("document.querySelectorAll('figure[tabindex]').length === 0")

    def test_skip_link(self):
        page = self.open("02-lenet-5.html")
        page.keyboard.press("Tab")
        self.assertEqual("Skip to the text", page.evaluate("document.activeElement.textContent"))
        self.assertGreaterEqual(page.evaluate("document.activeElement.getBoundingClientRect().top"), 0)
        page.keyboard.press("Enter")
        self.assertEqual("text", page.evaluate("document.activeElement.id"))


if __name__ == "__main__":
    unittest.main()
