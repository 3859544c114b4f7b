"""The learner's own copies of the notebooks: what they hold, and that nothing of the learner's is ever lost."""
import errno
import json
import os
import sys
import unittest
from pathlib import Path
from unittest import mock

from test_course import PROJECT, READY, Project, code, shown, text

sys.path.insert(0, str(PROJECT / "notebooks"))


@unittest.skipUnless(READY, "needs the environment that the launcher sets up")
class CopiesTest(Project):
    def setUp(self):
        super().setUp()
        from course import copies, notebooks

        self.copies = copies
        self.work = self.home / "work"
        for name, value in (("HOME", self.home), ("FOLDER", self.home / "notebooks")):
            patch = mock.patch.object(notebooks, name, value)
            patch.start()
            self.addCleanup(patch.stop)
        (self.home / "notebooks" / "images").mkdir()
        (self.home / "notebooks" / "images" / "net work.png").write_bytes(b"picture")
        (self.home / "notebooks" / "images" / "other.png").write_bytes(b"not referred to")
        self.version("one")

    def version(self, word):
        """The project's notebooks as an update would bring them."""
        self.two = self.notebook(
            "02-lenet-5", text("# LeNet-5\n\n![net](images/net%20work.png) [next](05-residual.ipynb) [data](../datasets/a.csv) [web](https://example.org/a.png)"),
            code(f'System.out.println("{word}");', {"output_type": "stream", "name": "stdout", "text": word}, tags=["exercise"]),
            code("int answer = 42;", shown(text_plain="42"), tags=["solution"]),
            text("because", tags=["solution"]))
        self.five = self.notebook("05-residual", text("# Residual"), code("1", shown(text_plain="1"), tags=["exercise"]))

    def refresh(self):
        return self.copies.refresh(self.work)

    def mine(self, name="02-lenet-5"):
        return json.loads((self.work / f"{name}.ipynb").read_text(encoding="utf-8"))

    def edit(self, word, name="02-lenet-5"):
        """What a learner's Jupyter writes back: another text in a cell."""
        notebook = self.mine(name)
        notebook["cells"][1]["source"] = word
        (self.work / f"{name}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")

    def test_a_copy_holds_no_answer(self):
        before = self.two.read_bytes()
        self.assertEqual(["02-lenet-5.ipynb", "05-residual.ipynb"], self.refresh().made)
        cells = self.mine()["cells"]
        self.assertEqual([[], []], [cell["outputs"] for cell in cells if cell["cell_type"] == "code"])
        self.assertEqual([None, None], [cell["execution_count"] for cell in cells if cell["cell_type"] == "code"])
        self.assertEqual([False, False, True, True], [cell["metadata"].get("jupyter", {}).get("source_hidden", False) for cell in cells])
        self.assertEqual([cell["source"] for cell in json.loads(before)["cells"]], ["".join(cell["source"]) for cell in cells])
        self.assertEqual(before, self.two.read_bytes())

    def test_what_asks_nothing_keeps_its_outputs(self):
        def sheet(result):
            self.notebook("90-sheet", text("# Sheet"), code("1 + 1", shown(text_plain=result)))
            self.refresh()
            return "".join(self.mine("90-sheet")["cells"][1]["outputs"][0]["data"]["text/plain"])

        self.assertEqual("2", sheet("2"))
        opened = self.mine("90-sheet")
        opened["metadata"]["language_info"] = {"name": "Java", "version": "17.0.15"}
        (self.work / "90-sheet.ipynb").write_text(json.dumps(opened, indent=3), encoding="utf-8")
        self.assertEqual([], self.refresh().replaced, "nothing newer is there")
        self.assertEqual("two", sheet("two"), "Jupyter wrote it anew, and nobody has edited it")
        self.edit("mine();", "90-sheet")
        self.assertEqual("two", sheet("2"))
        self.assertEqual("mine();", self.mine("90-sheet")["cells"][1]["source"])

    def test_pictures_come_along(self):
        self.refresh()
        self.assertEqual(b"picture", (self.work / "images" / "net work.png").read_bytes())
        self.assertEqual(["net work.png"], [file.name for file in (self.work / "images").iterdir()])

    def test_nothing_is_written_twice(self):
        self.refresh()
        times = {file: file.stat().st_mtime_ns for file in self.work.rglob("*") if file.is_file()}
        report = self.refresh()
        self.assertEqual(([], [], []), (report.made, report.replaced, list(report.sentences())))
        self.assertEqual(times, {file: file.stat().st_mtime_ns for file in self.work.rglob("*") if file.is_file()})

    def test_update_replaces_what_is_unedited_only(self):
        self.refresh()
        self.edit("mine();", "05-residual")
        self.version("two")
        report = self.refresh()
        self.assertEqual(["02-lenet-5.ipynb"], report.replaced)
        self.assertIn("two", "".join(self.mine()["cells"][1]["source"]))
        self.assertEqual("mine();", self.mine("05-residual")["cells"][1]["source"])
        self.assertEqual([], list(report.sentences()), "05 has no newer version")

    def test_edited_copy_stays_and_is_told_of(self):
        self.refresh()
        self.edit("mine();")
        before = (self.work / "02-lenet-5.ipynb").read_bytes()
        self.version("two")
        for _ in range(2):
            report = self.refresh()
            self.assertEqual(before, (self.work / "02-lenet-5.ipynb").read_bytes())
            sentences = list(report.sentences())
            self.assertEqual(1, len(sentences))
            self.assertIn("newer 02-lenet-5.ipynb", sentences[0])
            self.assertIn("lab --fresh 02", sentences[0])

    def test_what_jupyter_changes_by_itself_is_no_edit_but_outputs_are(self):
        self.refresh()
        opened = self.mine()
        opened["metadata"]["language_info"] = {"name": "Java", "version": "17.0.15"}
        opened["cells"][0]["source"] = "".join(opened["cells"][0]["source"]).splitlines(keepends=True)
        opened["cells"][1]["metadata"]["collapsed"] = True
        (self.work / "02-lenet-5.ipynb").write_text(json.dumps(opened, indent=3), encoding="utf-8")
        self.version("two")
        self.assertEqual(["02-lenet-5.ipynb"], self.refresh().replaced)
        run = self.mine()
        run["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "trained for an hour"}]
        (self.work / "02-lenet-5.ipynb").write_text(json.dumps(run), encoding="utf-8")
        self.assertEqual([], list(self.refresh().sentences()), "run, and as new as the project's")
        self.version("three")
        self.assertEqual([], self.refresh().replaced)
        self.assertIn("trained for an hour", (self.work / "02-lenet-5.ipynb").read_text(encoding="utf-8"))

    def test_lost_record(self):
        for text_of_record in (None, "{", "[1]", '{"02-lenet-5.ipynb": 3}'):
            with self.subTest(text_of_record):
                self.version("one")
                (self.work / "02-lenet-5.ipynb").unlink(missing_ok=True)
                self.refresh()
                record = self.work / ".copied.json"
                record.unlink()
                if text_of_record:
                    record.write_text(text_of_record)
                self.assertEqual([], list(self.refresh().sentences()), "a file that is the project's own")
                record.unlink()
                if text_of_record:
                    record.write_text(text_of_record)
                self.version("two")
                before = (self.work / "02-lenet-5.ipynb").read_bytes()
                report = self.refresh()
                self.assertEqual(["02-lenet-5.ipynb"], report.unknown)
                self.assertEqual(before, (self.work / "02-lenet-5.ipynb").read_bytes())
                self.assertEqual([], list(self.refresh().sentences()), "said once")
                self.version("three")
                self.assertEqual(["02-lenet-5.ipynb"], self.refresh().outdated)

    def test_broken_copy_is_never_replaced(self):
        self.refresh()
        for broken in (b"", b"{", b"\xff\xfe", b'{"cells": 3}', b"null"):
            (self.work / "02-lenet-5.ipynb").write_bytes(broken)
            self.version("two" if broken else "three")
            self.refresh()
            self.assertEqual(broken, (self.work / "02-lenet-5.ipynb").read_bytes())

    def test_fresh_keeps_every_old_copy(self):
        self.refresh()
        self.assertIsNone(self.copies.anew(self.work, self.two), "nothing to keep")
        for number in (1, 2, 3):
            self.edit(f"mine({number});")
            self.assertEqual(f"02-lenet-5-old-{number}.ipynb", self.copies.anew(self.work, self.two).name)
        for number in (1, 2, 3):
            self.assertEqual(f"mine({number});", self.mine(f"02-lenet-5-old-{number}")["cells"][1]["source"])
        self.assertIn("one", "".join(self.mine()["cells"][1]["source"]))

    def test_full_disk_loses_nothing(self):
        self.refresh()
        before = {file: file.read_bytes() for file in self.work.rglob("*") if file.is_file()}
        self.version("two")
        with mock.patch.object(Path, "write_bytes", side_effect=OSError(errno.ENOSPC, "No space left on device")):
            with self.assertRaisesRegex(OSError, "02-lenet-5.ipynb"):
                self.refresh()
        self.assertEqual(before, {file: file.read_bytes() for file in self.work.rglob("*") if file.is_file()})
        self.refresh()
        self.assertIn("two", "".join(self.mine()["cells"][1]["source"]))

    def test_command(self):
        result = self.course("copies")
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertIn(str(self.work), result.stderr)
        self.assertTrue((self.work / "02-lenet-5.ipynb").exists())
        elsewhere = self.home / "another learner's"
        self.assertEqual(0, self.course("copies", str(elsewhere)).returncode)
        self.assertTrue((elsewhere / "images" / "net work.png").exists())
        self.assertEqual(2, self.course("copies", "a", "b").returncode)
        for words in (["--fresh"], ["07"], ["--fresh", "--original", "02"]):
            result = self.course("lab", *words)
            self.assertEqual(2, result.returncode, words)
            self.assertEqual(1, len(result.stderr.splitlines()), result.stderr)

    @unittest.skipIf(os.name == "nt", "POSIX")
    def test_folder_that_cannot_be_written(self):
        (self.home / "file").touch()
        self.env["CASEBOOK_WORK"] = str(self.home / "file" / "work")
        result = self.course("copies")
        self.assertEqual(1, result.returncode)
        self.assertEqual(1, len(result.stderr.splitlines()), result.stderr)
        self.assertIn("put that right", result.stderr)

    def test_words_for_lab(self):
        from course import lab

        self.assertEqual((set(), [], []), lab.parse([]))
        self.assertEqual(({"--fresh"}, ["05", "06"], []), lab.parse(["--fresh", "05", "06"]))
        self.assertEqual((set(), ["05"], ["--port", "9999", "--no-browser"]), lab.parse(["--port", "9999", "--no-browser", "05"]))
        self.assertEqual(({"--full", "--original"}, ["2"], ["--ip=0.0.0.0"]), lab.parse(["--original", "--ip=0.0.0.0", "2", "--full"]))


if __name__ == "__main__":
    unittest.main()
