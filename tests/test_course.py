"""Running notebooks and making pages, in the environment that the launcher sets up (./casebook test)."""
import base64
import hashlib
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
READY = importlib.util.find_spec("nbclient") is not None
KERNEL = any((Path(folder) / "kernels" / "java" / "kernel.json").exists() for folder in os.environ.get("JUPYTER_PATH", "").split(os.pathsep) if folder)
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
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
            "02-lenet-5",
            text("# LeNet-5\n\nRead [the start](00-start.ipynb#Begin), [the data](../datasets/%C3%BCber.csv), [the paper](https://example.org/a.ipynb).\n\n"
                 "![A drawing](drawing.png)\n\nA volume has $n_H \\times n_W$ positions, and that is all that there is to it.\n\n"
                 "<details><summary>Solution</summary>\n\nfolded *away*\n\n</details>"),
            code("show();", shown(image_png=PNG, **{"image_svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'><title>Three bars</title></svg>"})),
            code("photo();", shown({"image/png": {"alt": 'A "cat"', "width": 20}}, image_png=PNG)),
            code("table();", shown(text_html="<table><tr><td>$5 and $6</td></tr></table>")),
            code("int hidden = 1;", jupyter={"source_hidden": True}),
            code("print();", {"output_type": "stream", "name": "stdout", "text": "a < b\x1b[31m red\x1b[0m"}),
            casebook={"minutes": 35})
        from_pages = "from course import pages; pages.write({})"
        mathjax = os.environ.get("CASEBOOK_MATHJAX")
        if not mathjax:
            mathjax = self.home / "mathjax.js"
            mathjax.write_text("")
        subprocess.run([sys.executable, "-c", from_pages], env={**self.env, "CASEBOOK_MATHJAX": str(mathjax)}, cwd=self.home, check=True)
        self.page = (self.out / "02-lenet-5.html").read_text(encoding="utf-8")
        self.index = (self.out / "index.html").read_text(encoding="utf-8")

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
        self.assertIn('<img alt="Three bars" src="data:image/svg+xml;base64,', self.page)
        self.assertRegex(self.page, r"""<img alt='A "cat"' src="data:image/png[^>]*width="20\"""")
        self.assertEqual(2, self.page.count("data:image/png"), "the photo and the drawing; where there is SVG, no PNG")
        self.assertIn('src="assets/02-lenet-5.svg"', self.index)
        self.assertTrue((self.out / "assets" / "02-lenet-5.svg").exists())

    def test_text(self):
        self.assertIn('<html lang="en">', self.page)
        self.assertIn("<title>LeNet-5 – Casebook</title>", self.page)
        self.assertRegex(self.page, r"(?s)<details><summary>Solution</summary>\s*<p>folded <em>away</em></p>\s*</details>")
        self.assertRegex(self.page, r'<div class="scroll" tabindex="0"><table>')
        self.assertRegex(self.page, r'(?s)<details class="code"><summary>Show the code</summary>.{0,300}hidden')
        self.assertIn("a &lt; b red", self.page)
        self.assertIn('src="assets/mathjax.js"', self.page)
        self.assertNotIn("mathjax", (self.out / "00-start.html").read_text(encoding="utf-8"))

    def test_index(self):
        self.assertIn("Start &amp; go", self.index)
        self.assertIn("15 minutes", self.index)
        self.assertIn("35 minutes", self.index)
        self.assertIn("This takes 15 minutes and shows what a notebook is. It has two sentences.", self.index)

    def test_removed_notebook_loses_its_page(self):
        (self.home / "notebooks" / "00-start.ipynb").unlink()
        subprocess.run([sys.executable, "-c", "from course import pages; pages.write({})"], env=self.env, cwd=self.home, check=True)
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

    @unittest.skipUnless(CHROMIUM, "needs Chromium")
    def test_a_slider_moves_in_a_saved_page(self):
        """The slider of the committed notebook 08, without a kernel: it is moved as a learner moves it, and shows another row."""
        notebook = json.loads((PROJECT / "notebooks" / "08-inception-motivation.ipynb").read_text(encoding="utf-8"))
        sliders = ["".join(output["data"]["text/html"]) for cell in notebook["cells"] for output in cell.get("outputs", [])
                   if 'type="range"' in "".join(output.get("data", {}).get("text/html", ""))]
        self.assertEqual(1, len(sliders))
        move = "<script>var i = document.querySelector('input'); i.value = 31; i.dispatchEvent(new Event('input'))</script>"
        page = self.home / "slider.html"
        for name, body, width, cost in (("as it is", sliders[0], "16", "12,443,648"), ("moved", sliders[0] + move, "32", "24,887,296")):
            page.write_text(f"<!doctype html><meta charset=utf-8>{body}", encoding="utf-8")
            shown, said = self.browse(page)
            self.assertEqual([], said, name)
            self.assertIn(f'<b data-position="">{width}</b>', shown, name)
            self.assertIn(f'<b data-value="">{cost}</b>', shown, name)
            self.assertNotIn("<details open", shown, name)
        page.write_text("<!doctype html><meta charset=utf-8>" + re.sub("(?s)<script>.*</script>", "", sliders[0]), encoding="utf-8")
        shown, said = self.browse(page)
        self.assertIn("12,443,648", shown, "without scripts the table is left")
        self.assertNotIn("<input", shown, "without scripts nothing is left that can't be moved")

    @unittest.skipUnless(CHROMIUM and os.environ.get("CASEBOOK_MATHJAX"), "needs Chromium and the launcher's MathJax")
    def test_the_courses_pages_are_silent(self):
        """The pages of the course's own notebooks, as they are committed, write nothing to the browser's console."""
        shutil.rmtree(self.out)
        shutil.rmtree(self.home / "notebooks")
        shutil.copytree(PROJECT / "notebooks", self.home / "notebooks", ignore=shutil.ignore_patterns("course", ".*"))
        subprocess.run([sys.executable, "-c", "from course import pages; pages.write({})"], env=self.env, cwd=self.home, check=True)
        pages = sorted(self.out.glob("*.html"))
        self.assertEqual(len(list((PROJECT / "notebooks").glob("[0-9]*.ipynb"))) + 1, len(pages))
        self.assertEqual(1, (self.out / "index.html").read_text(encoding="utf-8").count(">00 · Start here<"), "the number once")
        for page in pages:
            self.assertEqual([], self.browse(page)[1], page.name)
        broken = self.out / "broken.html"
        broken.write_text("<script>throw new Error('seen')</script>", encoding="utf-8")
        self.assertIn("seen", " ".join(self.browse(broken)[1]), "an error that there is")


if __name__ == "__main__":
    unittest.main()
