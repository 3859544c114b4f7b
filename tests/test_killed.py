"""Killed at any moment, on a full disk, in a folder that nobody can write: nothing is half written, and the next command goes on."""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path
from unittest import mock

import test_launcher
from test_course import KERNEL, READY, Project, code, text
from test_launcher import PROJECT, START

sys.path.insert(0, str(PROJECT / "notebooks"))

KILLS = 50
LEFT = ".*.[0-9]*"  # what a writer that was killed leaves: .NAME.PROCESS


def apart(script):
    """A command that runs the shell script where its mounts are its own and end with it; None where this user may not mount."""
    if os.name == "nt" or os.geteuid() or not shutil.which("unshare"):
        return None
    command = ["unshare", "-m", "sh", "-e", "-c"]
    tried = subprocess.run([*command, "mount -t tmpfs -o size=64k tmpfs /mnt"], capture_output=True)
    return [*command, script] if tried.returncode == 0 else None


@unittest.skipUnless(READY and hasattr(os, "fork"), "needs the environment that the launcher sets up, and a system that can fork")
class WriterTest(Project):
    """What writes a file, killed while it writes."""

    def writers(self):
        """Each takes a path and a number; the file is then whole if it is one of two texts."""
        from course import execute, files
        launcher = test_launcher.load()

        def notebook(number):
            return {"cells": [dict(text(f"{number}"), source=f"{number}" * 1_000_000)], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}

        import nbformat
        texts = [nbformat.writes(nbformat.from_dict(notebook(number))) + "\n" for number in range(2)]

        def save(path, number):
            # Most of the time would go into making the text, and few of the kills would come while it is written.
            with mock.patch.object(execute.nbformat, "writes", lambda *_, **__: texts[number]):
                execute.save(path, None, path.read_text(encoding="utf-8"))

        return {
            "run --save": (texts, save),
            "copies, pages, slides, handouts": (texts, lambda path, number: files.put(path, texts[number])),
            "kernel.json, stamps": (texts, lambda path, number: launcher.write(path, texts[number])),
        }

    def test_killed_at_any_moment(self):
        moments = random.Random(5)
        for name, (texts, put) in self.writers().items():
            with self.subTest(name):
                path = self.home / "notebooks" / f"{name[:3]}.ipynb"
                path.write_text(texts[0], encoding="utf-8")
                left = 0
                for _ in range(KILLS):
                    begun, begin = os.pipe()
                    child = os.fork()
                    if not child:
                        try:
                            os.write(begin, b"!")
                            for number in range(1, 1_000_000):
                                put(path, number % 2)
                        finally:
                            os._exit(1)
                    os.read(begun, 1)
                    os.close(begun)
                    os.close(begin)
                    time.sleep(moments.uniform(0, 0.02))
                    os.kill(child, signal.SIGKILL)
                    self.assertEqual(-signal.SIGKILL, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
                    self.assertIn(path.read_text(encoding="utf-8"), texts, "half a file")
                    left += any(path.parent.glob(LEFT))
                self.assertGreater(left, 0, "no child was killed while it wrote")
                put(path, texts.index(path.read_text(encoding="utf-8")) ^ 1)
                self.assertEqual([], list(path.parent.glob(LEFT)), "something is left")

    def test_a_writer_that_is_at_work_is_left_alone(self):
        for name, (_, put) in self.writers().items():
            path = self.home / "notebooks" / "a[b].ipynb"
            path.write_text("{}")
            mine, others = path.with_name(f".{path.name}.{os.getppid()}"), path.with_name(f".{path.name}.backup")
            mine.touch()
            others.touch()
            put(path, 1)
            self.assertEqual({path, mine, others}, set(path.parent.iterdir()), name)

    def test_full_disk(self):
        """A file may grow to 100 kB here and no more: what a full disk answers comes as EFBIG."""
        import resource
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        self.addCleanup(signal.signal, signal.SIGXFSZ, before)
        for name, (texts, put) in self.writers().items():
            path = self.home / "notebooks" / f"{name[:3]}.ipynb"
            path.write_text(texts[0], encoding="utf-8")
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
            try:
                with self.assertRaises(OSError, msg=name) as raised:
                    put(path, 1)
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            self.assertEqual(str(path), raised.exception.filename)
            self.assertEqual(texts[0], path.read_text(encoding="utf-8"), name)
            self.assertEqual([path], sorted(path.parent.iterdir()), name)
            path.unlink()

    def test_full_disk_in_a_sentence(self):
        for number in range(3):
            self.notebook(f"0{number}-long", text("word " * 4000), code("1"))
        work = self.home / "work"
        work.mkdir()
        command = apart('mount -t tmpfs -o size=40k tmpfs "$1"; shift; "$@" || echo "status $?" >&2; ls -A "$CASEBOOK_WORK" >&2')
        if not command:
            self.skipTest("needs a small disk, and this user may not mount one")
        result = subprocess.run([*command, "sh", str(work), *self.command("copies")], env={**self.env, "CASEBOOK_WORK": str(work)}, cwd=self.home,
                                capture_output=True, text=True, timeout=60)
        said = result.stderr.splitlines()
        self.assertRegex(said[0], r"^The disk is full \(.*work.*\): put that right and run the command again\.$")
        self.assertEqual("status 1", said[1], result.stderr)
        self.assertFalse([name for name in said[2:] if name.rpartition(".")[2].isdecimal()], result.stderr)

    @unittest.skipUnless(KERNEL, "needs the kernel that the launcher sets up")
    def test_read_only_in_a_sentence(self):
        path = self.notebook("01-one", code("1 + 1"))
        before = path.read_bytes()
        command = apart('mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"; shift; exec "$@"')
        if not command:
            self.skipTest("this user may not mount a folder that can't be written")
        result = subprocess.run([*command, "sh", str(path.parent), *self.command("run", "--save")], env=self.env, cwd=self.home,
                                capture_output=True, text=True, timeout=120)
        self.assertEqual(1, result.returncode, result.stderr)
        self.assertRegex(result.stderr.splitlines()[-1], r"^Read-only file system \(.*01-one\.ipynb\): put that right")
        self.assertNotIn("Traceback", result.stderr)
        self.assertEqual(before, path.read_bytes())


STEPS = """
import json, os, signal, sys
from pathlib import Path
count, last = 0, int(os.environ.get("KILL_AT", 0))

def moment():
    global count
    count += 1
    if count == last:
        os.kill(os.getpid(), signal.SIGKILL)

def halves(path, content):
    # Like pip and Maven: under its own name, piece by piece.
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as out:
        moment()
        out.write(content[:len(content) // 2])
        out.flush()
        moment()
        out.write(content[len(content) // 2:])
    moment()

def logged(command, log, env, cwd=None):
    words = " ".join(map(str, command))
    (launcher.STATE / log).write_text(words)
    moment()
    if "venv" in command:
        python = Path(command[-1]) / "bin" / "python"
        python.parent.mkdir(parents=True)
        moment()
        python.symlink_to(sys.executable)
        moment()
    elif "pip" in command:
        # pip takes what has metadata for installed.
        package, metadata = (launcher.VENV / name for name in ("tiny.txt", "tiny.metadata"))
        if not metadata.exists() or "--force-reinstall" in command:
            halves(metadata, "metadata")
            halves(package, "the package")
    elif "page-assets" in words:
        halves(launcher.ASSETS / "META-INF/resources/webjars/mathjax/3/es5/tex-svg-full.js", "mathjax")
    else:
        # Maven takes a file for made that is newer than what it is made of.
        target = launcher.ROOT / "lib" / "target"
        for name in ("casebook.jar", "dependency/a.jar"):
            if not (target / name).exists():
                halves(target / name, "the whole jar")
        target.joinpath("casebook-notebook.jar").write_bytes((launcher.ROOT / "notebook.jar").read_bytes())
        moment()
    return 0, ""

launcher.logged = logged
launcher.MATHJAX = __import__("hashlib").sha256(b"mathjax").hexdigest()
plain = launcher.write

def write(path, text):
    moment()
    plain(path, text)
    moment()

launcher.write = write
import shutil
plain_rmtree = shutil.rmtree

def rmtree(folder, *options, **more):
    # Whatever order a folder is removed in, it may be cut off.
    moment()
    for file in sorted(Path(folder).rglob("*"), reverse=os.environ.get("BACKWARDS") == "1"):
        if file.is_symlink() or file.is_file():
            file.unlink()
            moment()
    plain_rmtree(folder, *options, **more)
    moment()

shutil.rmtree = rmtree
plain_start = launcher.start

def start(words):
    status = plain_start(words)
    print("MOMENTS", count, file=sys.stderr)
    return status

launcher.start = start
"""


class SetUpTest(test_launcher.Machine):
    """A set-up, killed at each of its steps and within them; Python's venv, pip and Maven are stand-ins that write as those do."""

    def setUp(self):
        super().setUp()
        (self.project / "tests").mkdir()
        for name in ("notebooks/course", "tests"):
            (self.project / name / "requirements.txt").write_text("tiny\n")
        (self.project / "notebooks" / "course" / "__main__.py").write_text("")

    def steps(self, *words, at=0, **variables):
        return self.run_it(*words, patch=STEPS, KILL_AT=str(at), **variables)

    def assertWhole(self):
        """All that a set-up makes is there, and nothing else."""
        state = self.project / ".casebook"
        for file, content in ((state / "venv" / "tiny.txt", "the package"), (state / "assets/META-INF/resources/webjars/mathjax/3/es5/tex-svg-full.js", "mathjax"),
                              (self.project / "lib/target/casebook.jar", "the whole jar"), (self.project / "lib/target/dependency/a.jar", "the whole jar")):
            self.assertEqual(content, file.read_text(), file)
        self.assertEqual("java", json.loads((state / "jupyter/kernels/java/kernel.json").read_text())["language"])
        self.assertEqual([], [file for file in state.rglob(".*") if file.name.rpartition(".")[2].isdecimal()])

    def killed_everywhere(self, before, *words, every=1, **variables):
        """Kills the command at each moment, after what comes before it, and lets the next one go on."""
        before()
        whole = self.steps(*words, **variables)
        self.assertEqual(0, whole.returncode, whole.stderr)
        moments = int(whole.stderr.split()[-1])
        for at in range(1, moments + 1, every):
            with self.subTest(words, moment=at):
                before()
                result = self.steps(*words, at=at, **variables)
                self.assertEqual(-signal.SIGKILL, result.returncode, result.stderr)
                result = self.steps("setup")
                self.assertEqual(0, result.returncode, result.stderr)
                self.assertWhole()
        return moments

    def nothing(self):
        for made in (self.project / ".casebook", self.project / "lib" / "target"):
            shutil.rmtree(made, ignore_errors=True)

    def test_first_set_up(self):
        self.assertGreater(self.killed_everywhere(self.nothing, "setup"), 30)

    def test_set_up_of_another_version(self):
        """What is there is of older pins, and the pins of which it is come back."""
        pins, source = self.project / "notebooks/course/requirements.txt", self.project / "lib/src/main/java/A.java"

        def older():
            self.nothing()
            pins.write_text("tiny\n")
            source.write_text("class A {}")
            self.assertEqual(0, self.steps("setup").returncode)
            (self.project / "lib/target/dependency/a.jar").unlink()
            (self.project / ".casebook/venv/bin/python").unlink()

        for backwards in "01":
            self.killed_everywhere(older, "setup", every=3, BACKWARDS=backwards)

    def test_tests_packages(self):
        """pip was killed while it added to an environment that was there."""
        self.assertEqual(0, self.steps("setup").returncode)
        (self.project / ".casebook/venv/tiny.metadata").unlink()
        (self.project / ".casebook/venv/tiny.txt").unlink()
        add = STEPS + "plain_start = lambda words: launcher.set_up_tests()\n"
        for at in range(1, 10):
            self.run_it("test", patch=add, KILL_AT=str(at))
            self.assertEqual(0, self.run_it("test", patch=add).returncode)
            self.assertEqual("the package", (self.project / ".casebook/venv/tiny.txt").read_text())
            (self.project / ".casebook/venv/casebook-tests-stamp").unlink()
            (self.project / ".casebook/venv/tiny.metadata").unlink()

    def test_child_of_a_killed_launcher_keeps_the_lock(self):
        """Two Mavens would write the same jars at once."""
        self.script(self.project / "mvnw", "#!/bin/sh\necho begin >>order\nsleep 1.5\necho end >>order\n" + test_launcher.MAVEN)
        order = self.project / "order"
        command = [sys.executable, "-B", "-c", START, str(self.project / "casebook"), str(self.java), "", "list"]
        env = {"PATH": "/usr/bin:/bin", "HOME": str(self.home)}
        first = subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while not order.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        first.kill()
        first.wait()
        result = self.run_it("list")
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertIn("waiting", result.stderr)
        self.assertEqual(["begin", "end", "begin", "end"], order.read_text().split())

    def test_full_disk(self):
        """Of each size, from one where nothing has room to one where all has."""
        command = apart('mount -t tmpfs -o size="$1" tmpfs "$2"; shift 2; "$@"')
        if not command:
            self.skipTest("needs a small disk, and this user may not mount one")
        state = self.project / ".casebook"
        state.mkdir()
        statuses = set()
        for pages in (*range(1, 14), 32):
            start = [sys.executable, "-B", "-c", START, str(self.project / "casebook"), str(self.java), STEPS + "launcher.free_space = lambda folder: 4096; launcher.start = plain_start", "setup"]
            shutil.rmtree(self.project / "lib" / "target", ignore_errors=True)
            result = subprocess.run([*command, "sh", f"{pages * 4}k", str(state), *start], env={"PATH": os.environ["PATH"], "HOME": str(self.home), "LC_ALL": "C"},
                                    capture_output=True, text=True, encoding="utf-8", cwd=self.place, timeout=60)
            statuses.add(result.returncode)
            if result.returncode:
                self.assertSentence(result, "isk is full", "make room")
        self.assertEqual({0, 1}, statuses)


class ReadOnlyTest(test_launcher.Machine):
    """A project that is set up and can't be written."""

    def read_only(self, project, words, **variables):
        command = apart('mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"; shift; exec "$@"')
        if not command:
            self.skipTest("this user may not mount a folder that can't be written")
        return subprocess.run([*command, "sh", str(project), *map(str, words)], env=variables, capture_output=True, text=True, encoding="utf-8",
                              cwd=self.place, timeout=120)

    def test_library_commands(self):
        env = {"PATH": "/usr/bin:/bin", "HOME": str(self.home), "LC_ALL": "C"}
        start = [sys.executable, "-B", "-c", START, self.project / "casebook", self.java, self.python_ready() + "; launcher.free_memory = lambda: 4 << 30"]
        for word in ("list", "setup", "run"):
            self.assertSentence(self.read_only(self.project, [*start, word], **env), "can't be written", "Read-only file system")
        self.assertEqual(0, subprocess.run([*start, "setup"], env=env, capture_output=True).returncode)
        for words in (["list"], ["cost", "LeNet-5"], ["classify", "a.png"], ["compare"], ["doctor"]):
            result = self.read_only(self.project, [*start, *words], **env)
            self.assertEqual(0, result.returncode, result.stderr)
            self.assertNotIn("written", result.stderr)
            self.assertIn(f"<{words[0]}>", result.stdout)
        self.assertRegex(result.stdout, r"ok +disk +this folder: [^\n]*Read-only file system\): all in it is set up")

    @unittest.skipUnless(READY and (PROJECT / ".casebook" / "library-stamp").exists(), "needs the project set up")
    def test_the_real_library(self):
        env = {name: value for name, value in os.environ.items() if not name.startswith("CASEBOOK")}
        photo = next(iter(sorted((PROJECT / "datasets").rglob("panda*"))))
        for words, said in ((["list"], "LeNet-5"), (["cost", "LeNet-5"], "61,706"), (["classify", photo], "giant panda"), (["compare"], "LeNet-5"),
                            (["doctor"], "all in it is set up")):
            result = self.read_only(PROJECT, [PROJECT / "casebook", *words], **env)
            self.assertEqual(0, result.returncode, result.stdout + result.stderr)
            self.assertIn(said, result.stdout)


@unittest.skipUnless(hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("java"), "needs a Java, and root to become another user")
class NamelessTest(test_launcher.Machine):
    """A user whom the system's list doesn't have, such as a container's that was started with a number."""

    SHOW = """
import subprocess
jdk = launcher.find_jdk()[0]
shown = subprocess.run([jdk.java, "-XshowSettings:properties", "-version"], env=launcher.environment(), capture_output=True, text=True)
print(next(line for line in shown.stderr.splitlines() if " user.home =" in line))
print(launcher.environment()["HOME"], launcher.maven_home())
"""

    def test_home(self):
        self.place.chmod(0o755)
        self.project.chmod(0o777)
        own = self.project / ".casebook" / "home"
        self.home.chmod(0o777)
        for variables, home in (({}, own), ({"HOME": ""}, own), ({"HOME": "/"}, own), ({"HOME": str(self.home)}, self.home)):
            result = subprocess.run(["/usr/bin/python3", "-B", "-c", START, str(self.project / "casebook"), os.path.realpath(shutil.which("java")), self.SHOW],
                                    env={"PATH": "/usr/bin:/bin", **variables}, capture_output=True, text=True, encoding="utf-8", cwd=self.project, timeout=60,
                                    user=12345, group=12345, extra_groups=[])
            self.assertEqual(0, result.returncode, result.stderr)
            self.assertEqual([f"user.home = {home}", f"{home} {home / '.m2'}"], [line.strip() for line in result.stdout.splitlines()[:2]], variables)


if __name__ == "__main__":
    unittest.main()
