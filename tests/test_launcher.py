"""The launcher on machines that lack something, each made up: a Java, a Maven, a package index of our own in a copy of the project."""
import hashlib
import importlib.machinery
import importlib.util
import io
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest
import zipfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
CLOSED = "http://127.0.0.1:9/simple"  # nobody listens on the discard port

# Starts the copy's launcher where the only Java is the given one.
START = """
import importlib.machinery, importlib.util, sys
from pathlib import Path
loader = importlib.machinery.SourceFileLoader("launcher", sys.argv[1])
launcher = importlib.util.module_from_spec(importlib.util.spec_from_loader("launcher", loader))
loader.exec_module(launcher)
java = sys.argv[2]
launcher.java_candidates = lambda: [Path(java)] if java else []
exec(sys.argv[3])
sys.exit(launcher.start(sys.argv[4:]))
"""

MAVEN = """#!/bin/sh
# Stands in for Maven: makes what the launcher looks for and counts how often.
echo "$@" >>maven-calls
[ ! -f maven-sleeps ] || sleep "$(cat maven-sleeps)"
if [ -f maven-fails ]; then cat maven-fails; exit 1; fi
case "$*" in
*page-assets*) mkdir -p .casebook/assets/META-INF/resources/webjars/mathjax/3/es5
  printf mathjax >.casebook/assets/META-INF/resources/webjars/mathjax/3/es5/tex-svg-full.js ;;
*) mkdir -p lib/target/dependency && : >lib/target/casebook.jar && : >lib/target/dependency/a.jar && cp notebook.jar lib/target/casebook-notebook.jar ;;
esac
"""


def load():
    loader = importlib.machinery.SourceFileLoader("launcher", str(PROJECT / "casebook"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("launcher", loader))
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module


@unittest.skipIf(os.name == "nt", "the stand-ins are shell scripts")
class Machine(unittest.TestCase):
    """A copy of the project with a Java, a Maven and a home folder of its own."""

    def setUp(self):
        self.place = Path(tempfile.mkdtemp(prefix="casebook-test-"))
        self.addCleanup(shutil.rmtree, self.place, ignore_errors=True)
        self.project = self.place / "a learner's clöne"
        self.home = self.place / "hömé"
        self.home.mkdir()
        (self.project / "notebooks" / "course").mkdir(parents=True)
        (self.project / "lib" / "src" / "main" / "java").mkdir(parents=True)
        shutil.copy(PROJECT / "casebook", self.project / "casebook")
        (self.project / "notebooks" / "course" / "requirements.txt").write_text("")
        for pom in ("pom.xml", "lib/pom.xml"):
            (self.project / pom).write_text("<project/>")
        self.script(self.project / "mvnw", MAVEN)
        with zipfile.ZipFile(self.project / "notebook.jar", "w") as jar:
            jar.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\r\nClass-Path: casebook.jar depende\r\n ncy/a.jar\r\n")
        self.java = self.fake_java("17.0.15")

    def script(self, path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
        return path

    def fake_java(self, version, modules=("java.base", "jdk.compiler", "jdk.jshell")):
        home = self.place / f"jdk {version} {len(modules)}"
        listed = "\n".join(f"echo {module}@{version}" for module in modules) or "exit 1"
        return self.script(home / "bin" / "java", f"""#!/bin/sh
echo "Picked up JAVA_TOOL_OPTIONS: -Dx=y" >&2
case "$1" in
-XshowSettings*) echo "    java.home = {home}" >&2; echo "    java.version = {version}" >&2 ;;
--list-modules) {listed} ;;
*) while [ "$1" != -jar ]; do shift; done
   shift 2; printf '<%s>' "$@"; echo " $LC_ALL"; [ "$1" != fail ] || exit 7 ;;
esac
""")

    def python_ready(self):
        """An environment that counts as set up: its Python is this one, its course says what it was asked."""
        venv = self.project / ".casebook" / "venv"
        (venv / "bin").mkdir(parents=True)
        (venv / "bin" / "python").symlink_to(sys.executable)
        (venv / "casebook-stamp").write_text(hashlib.sha256(b"").hexdigest())
        (self.project / "notebooks" / "course" / "__main__.py").write_text(
            "import os, sys\nprint(sys.argv[1:], os.environ.get('JUPYTER_PATH', '').split(os.pathsep)[0], os.environ.get('CASEBOOK_MATHJAX', ''))\n")
        return "import hashlib; launcher.MATHJAX = hashlib.sha256(b'mathjax').hexdigest()"

    def run_it(self, *words, java=None, patch="", user=None, **variables):
        env = {"PATH": "/usr/bin:/bin", "HOME": str(self.home), "LC_ALL": "C", **variables}
        python = sys.executable
        if user:
            python = "/usr/bin/python3"
        return subprocess.run([python, "-B", "-c", START, str(self.project / "casebook"), str(self.java if java is None else java), patch, *words],
                              env=env, capture_output=True, text=True, encoding="utf-8", cwd=self.place, timeout=600, user=user)

    def calls(self):
        file = self.project / "maven-calls"
        return file.read_text().splitlines() if file.exists() else []

    def assertSentence(self, result, *parts, status=1):
        """One line, no stack trace, and it says each of the parts."""
        said = [line for line in result.stderr.splitlines() if not line.endswith("…")]
        self.assertEqual(status, result.returncode, result.stderr)
        self.assertEqual(1, len(said), result.stderr)
        self.assertNotIn("Traceback", result.stderr)
        for part in parts:
            self.assertIn(part, said[0])

    def unprivileged(self):
        """Another user's id where this one may write everywhere."""
        if os.geteuid():
            return None
        if not os.path.exists("/usr/bin/python3") or subprocess.run(["/usr/bin/python3", "-c", "import sys; sys.exit(sys.version_info < (3, 10))"]).returncode:
            self.skipTest("root, and no system Python to run as another user")
        return 65534


class LauncherTest(Machine):
    # ------------------------------------------------------------ the JDK

    def test_old_java(self):
        java = self.fake_java("11.0.2")
        self.assertSentence(self.run_it("list", java=java), "JDK 17 or newer", "is Java 11.0.2", str(java), "JAVA_HOME")
        self.assertSentence(self.run_it("run", java=self.fake_java("1.8.0_402", ())), "is Java 1.8.0_402")

    def test_runtime_without_jshell(self):
        java = self.fake_java("17.0.9", ("java.base", "jdk.compiler"))
        self.assertSentence(self.run_it("run", java=java), "without jdk.jshell", str(java))

    def test_no_java_then_one(self):
        self.assertSentence(self.run_it("list", java=""), "none was found")
        self.assertSentence(self.run_it("list", java="/nowhere/java"), "none was found")
        self.assertEqual(0, self.run_it("list").returncode)

    def test_java_that_does_not_start(self):
        self.assertSentence(self.run_it("list", java=self.script(self.place / "x" / "java", "#!/bin/sh\nexit 1\n")), "doesn't start")

    # ------------------------------------------------------------ handing over

    def test_slides_and_handouts_need_no_library(self):
        patch = self.python_ready()
        result = self.run_it("handout", "05", java="", patch=patch)
        self.assertEqual((0, "['handout', '05']"), (result.returncode, result.stdout.strip()), result.stderr)
        self.assertEqual([], self.calls())
        self.assertSentence(self.run_it("slides", java="", patch=patch), "JDK 17 or newer")
        for java in (None, ""):
            result = self.run_it("slides", java=java, patch=patch)
            self.assertRegex(result.stdout, r"\['slides'\] .*tex-svg-full\.js", result.stderr)
            self.assertEqual(1, len(self.calls()), "MathJax is fetched once")
            self.assertIn("page-assets", self.calls()[0])

    def test_library_command_is_passed_on_word_for_word(self):
        result = self.run_it("fail", "a b", "--kernel", "ü*", "")
        self.assertEqual(7, result.returncode, result.stderr)
        self.assertIn("<fail><a b><--kernel><ü*><>", result.stdout)
        if sys.platform.startswith("linux"):
            self.assertIn("C.UTF-8", result.stdout)

    def test_course_command(self):
        ready = self.python_ready()
        result = self.run_it("run", "02", "--full", patch=ready)
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertIn("['run', '02', '--full']", result.stdout)
        self.assertIn(str(self.project / ".casebook" / "jupyter"), result.stdout)
        self.assertEqual(2, self.run_it("run", "--kernel", "other", patch=ready).returncode)

    def test_help_needs_nothing(self):
        for words in ((), ("--help",), ("help",)):
            result = self.run_it(*words, java="")
            self.assertEqual(0, result.returncode)
            self.assertIn("casebook run", result.stdout)
        self.assertFalse((self.project / ".casebook").exists())

    # ------------------------------------------------------------ building

    def test_second_run_skips_what_is_done(self):
        source = self.project / "lib" / "src" / "main" / "java" / "A.java"
        source.write_text("class A {}")
        for _ in range(2):
            self.assertEqual(0, self.run_it("list").returncode)
            self.assertEqual(1, len(self.calls()))
        source.write_text("class A { }")
        self.run_it("list")
        self.assertEqual(2, len(self.calls()))
        (self.project / "lib" / "target" / "dependency" / "a.jar").unlink()
        self.run_it("list")
        self.run_it("list")
        self.assertEqual(3, len(self.calls()))
        # Figures that stand in the jar.
        runs = self.project / "datasets" / "experiments" / "depth.csv"
        runs.parent.mkdir(parents=True)
        for count, text in ((4, "kind,size\n"), (5, "kind,size\nplain,8\n")):
            runs.write_text(text)
            self.run_it("list")
            self.run_it("list")
            self.assertEqual(count, len(self.calls()))

    def test_broken_source(self):
        (self.project / "maven-fails").write_text("[ERROR] COMPILATION ERROR : \n[ERROR] /x/lib/A.java:[3,5] ';' expected\n")
        result = self.run_it("list")
        self.assertEqual(1, result.returncode)
        self.assertIn("A.java:[3,5] ';' expected", result.stderr)

    def test_maven_without_network_then_with(self):
        (self.project / "maven-fails").write_text("[ERROR] Could not transfer artifact org.nd4j:x from central: Unknown host repo.maven.apache.org\n")
        self.assertSentence(self.run_it("list"), "no network", "again", "setup-library.log")
        (self.project / "maven-fails").unlink()
        self.assertEqual(0, self.run_it("list").returncode)

    def test_what_maven_does_not_take(self):
        refused = "[ERROR] dependency: info.picocli:picocli:jar:4.7.7 (compile)\n[ERROR] \t%s\n"
        for reason, said in (("Artifact info.picocli:picocli:jar:4.7.7 trusted checksum mismatch: summaryFile=ab; calculated=cd",
                              f"delete {self.home / '.m2' / 'repository' / 'info' / 'picocli' / 'picocli' / '4.7.7'} and run the command again"),
                             ("Missing from summaryFile trusted checksum(s) [SHA-256] for artifact info.picocli:picocli:jar:4.7.7", ".mvn/checksums/renew"),
                             ("Could not transfer artifact info.picocli:picocli:jar:4.7.7 from/to central: Checksum validation failed, expected 'ab' (PROVIDED) "
                              "but is actually 'cd'", "its checksum differs")):
            (self.project / "maven-fails").write_text(refused % reason)
            self.assertSentence(self.run_it("list"), said)

    def test_full_disk(self):
        (self.project / "maven-fails").write_text("java.io.IOException: No space left on device\n")
        self.assertSentence(self.run_it("list"), "disk is full", "MB")
        self.assertSentence(self.run_it("list", patch="launcher.free_space = lambda folder: 90"), "90 MB are free")
        self.assertSentence(self.run_it("run", patch="launcher.free_space = lambda folder: 90"), "90 MB are free")

    def test_half_unpacked_maven_is_fetched_again(self):
        half = self.home / ".m2" / "wrapper" / "dists" / "apache-maven-3" / "abc"
        half.mkdir(parents=True)
        self.assertEqual(0, self.run_it("list").returncode)
        self.assertFalse(half.exists())

    def test_two_at_once(self):
        (self.project / "maven-sleeps").write_text("1")
        command = [sys.executable, "-B", "-c", START, str(self.project / "casebook"), str(self.java), "", "list"]
        both = [subprocess.Popen(command, env={"PATH": "/usr/bin:/bin", "HOME": str(self.home)}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(2)]
        said = b"".join(child.communicate()[1] for child in both)
        self.assertEqual([0, 0], [child.returncode for child in both])
        self.assertEqual(1, len(self.calls()))
        self.assertIn(b"waiting", said)

    def test_interrupted_build(self):
        (self.project / "maven-sleeps").write_text("6")   # a busy machine is slow to stop it
        command = [sys.executable, "-B", "-c", START, str(self.project / "casebook"), str(self.java), "", "list"]
        # What a shell starts in the background ignores Control + C, and so does all that it starts.
        child = subprocess.Popen(command, env={"PATH": "/usr/bin:/bin", "HOME": str(self.home)}, stderr=subprocess.PIPE,
                                 preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        deadline = time.monotonic() + 20
        while not self.calls() and time.monotonic() < deadline:
            time.sleep(0.02)
        child.send_signal(2)
        self.assertIn(b"Interrupted", child.communicate()[1])
        self.assertEqual(130, child.returncode)
        (self.project / "maven-sleeps").unlink()
        self.assertEqual(0, self.run_it("list").returncode)

    # ------------------------------------------------------------ folders

    def test_folder_that_cannot_be_written(self):
        user = self.unprivileged()
        self.place.chmod(0o755)
        self.project.chmod(0o555)
        self.addCleanup(self.project.chmod, 0o755)
        self.assertSentence(self.run_it("list", user=user), "can't be written", str(self.project), "make it writable")
        for folder in (self.project, self.project / "lib", self.home):
            folder.chmod(0o777)
        result = self.run_it("list", user=user)
        self.assertEqual(0, result.returncode, result.stderr)

    def test_learners_share_a_folder_that_is_set_up(self):
        """Only their instructor may write there."""
        ready = self.python_ready()
        self.assertEqual(0, self.run_it("run", patch=ready).returncode)
        user = self.unprivileged()
        # The test's own Python is in a folder that another user may not enter.
        python = self.project / ".casebook" / "venv" / "bin" / "python"
        python.unlink()
        python.symlink_to("/usr/bin/python3" if user else sys.executable)
        self.place.chmod(0o755)
        folders = [self.project, self.project / ".casebook"]
        for folder in folders:
            folder.chmod(0o555)
            self.addCleanup(folder.chmod, 0o755)
        result = self.run_it("copies", "mine", patch=ready, user=user)
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertIn("['copies', 'mine']", result.stdout)

    def test_home_that_cannot_be_written(self):
        user = self.unprivileged()
        self.place.chmod(0o755)
        self.project.chmod(0o777)
        self.home.chmod(0o555)
        self.addCleanup(self.home.chmod, 0o755)
        self.assertSentence(self.run_it("list", user=user), "MAVEN_USER_HOME")
        (self.project / "lib").chmod(0o777)
        (self.place / "m2").mkdir()
        (self.place / "m2").chmod(0o777)
        result = self.run_it("list", user=user, MAVEN_USER_HOME=str(self.place / "m2"))
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertIn("-Dmaven.repo.local=", self.calls()[-1])

    def test_maven_goes_to_the_home_that_the_learner_named(self):
        """Java asks the system for the home folder and not the variable HOME; in a container they differ."""
        self.assertEqual(0, self.run_it("list").returncode)
        self.assertIn(f"-Dmaven.repo.local={self.home / '.m2' / 'repository'}", self.calls()[-1])

    def test_moved_project(self):
        ready = self.python_ready()
        self.assertEqual(0, self.run_it("run", patch=ready).returncode)
        moved = self.place / "moved"
        self.project.rename(moved)
        self.project = moved
        result = self.run_it("run", patch=ready)
        self.assertEqual(0, result.returncode, result.stderr)
        spec = (moved / ".casebook" / "jupyter" / "kernels" / "java" / "kernel.json").read_text(encoding="utf-8")
        self.assertIn(str(moved), spec)
        self.assertNotIn("clöne", spec)

    # ------------------------------------------------------------ Python

    def test_venv_module_missing(self):
        self.assertSentence(self.run_it("run", patch="import importlib.util as u; real = u.find_spec; u.find_spec = lambda name, *a: None if name == 'ensurepip' else real(name, *a)"),
                            "venv", "run the command again")

    def tiny_wheel(self):
        """A package of our own: the file and its checksum."""
        wheels = self.place / "wheels"
        wheels.mkdir()
        wheel = wheels / "tiny-1.0-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as file:
            file.writestr("tiny.py", "")
            file.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
            file.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            file.writestr("tiny-1.0.dist-info/RECORD", "tiny.py,,\ntiny-1.0.dist-info/METADATA,,\ntiny-1.0.dist-info/WHEEL,,\ntiny-1.0.dist-info/RECORD,,\n")
        return wheel, hashlib.sha256(wheel.read_bytes()).hexdigest()

    def test_packages_without_network_then_with(self):
        wheel, checksum = self.tiny_wheel()
        wheels = wheel.parent
        requirements = self.project / "notebooks" / "course" / "requirements.txt"
        patch = "launcher.set_up_pages = lambda jdk: None; launcher.mathjax = lambda: ''"
        (self.project / "notebooks" / "course" / "__main__.py").write_text("import tiny\n")

        requirements.write_text(f"tiny==1.0 --hash=sha256:{checksum}\n")
        self.assertSentence(self.run_it("run", patch=patch, PIP_INDEX_URL=CLOSED), "no network", "again", "setup-pip.log")
        self.assertFalse((self.project / ".casebook" / "venv" / "casebook-stamp").exists())
        result = self.run_it("run", patch=patch, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(wheels))
        self.assertEqual(0, result.returncode, result.stderr)
        again = self.run_it("run", patch=patch, PIP_INDEX_URL=CLOSED)
        self.assertEqual(0, again.returncode, again.stderr)
        self.assertNotIn("Setting up", again.stderr)

        requirements.write_text(f"tiny==1.0 --hash=sha256:{checksum[::-1]}\n")
        self.assertSentence(self.run_it("run", patch=patch, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(wheels)), "checksum")

    # ------------------------------------------------------------ the kernel

    def test_ijava(self):
        ready = self.python_ready()
        self.assertSentence(self.run_it("run", "--kernel", "ijava", patch=ready), "No IJava", "install.py")
        folder = self.home / ".local" / "share" / "jupyter" / "kernels" / "java"
        folder.mkdir(parents=True)
        (folder / "ijava-1.3.0.jar").touch()
        (folder / "kernel.json").write_text(json.dumps({
            "argv": ["java", "-jar", "{resource_dir}/ijava-1.3.0.jar", "{connection_file}"], "display_name": "Java", "language": "java",
            "env": {"IJAVA_TIMEOUT": "-1"}}))
        result = self.run_it("run", "--kernel=ijava", "02", patch=ready)
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertIn("['run', '02'] " + str(self.project / ".casebook" / "jupyter-ijava"), result.stdout)
        spec = json.loads((self.project / ".casebook" / "jupyter-ijava" / "kernels" / "java" / "kernel.json").read_text(encoding="utf-8"))
        self.assertEqual([str(folder / "ijava-1.3.0.jar"), "{connection_file}"], spec["argv"][-2:])
        self.assertEqual(str(self.java), spec["argv"][0])
        self.assertTrue(any(word.startswith("-Xmx") for word in spec["argv"]))
        self.assertEqual("-1", spec["env"]["IJAVA_TIMEOUT"])

    # ------------------------------------------------------------ doctor

    def test_doctor_goes_on_past_what_is_wrong(self):
        result = self.run_it("doctor", java="")
        self.assertEqual(1, result.returncode)
        self.assertRegex(result.stdout, r"WRONG +JDK")
        self.assertIn("disk", result.stdout)
        (self.project / "maven-fails").write_text("[ERROR] Unknown host\n")
        result = self.run_it("doctor")
        self.assertEqual(1, result.returncode)
        self.assertRegex(result.stdout, r"ok +JDK[^\n]*17\.0\.15")
        self.assertRegex(result.stdout, r"WRONG +library")
        (self.project / "maven-fails").unlink()
        self.assertIn("<doctor>", self.run_it("doctor").stdout)
        self.assertRegex(self.run_it("doctor", patch="launcher.memory = lambda: 2 << 30").stdout, r"WRONG +memory +2\.0 GB\n +→ 4 GB is the least")


    # ------------------------------------------------------------ a class

    FOUND = """import json, sys
for name in ("kernel", "page"): print(json.dumps({"name": name, "good": name not in %r, "found": name + " tried"}))
"""

    def class_ready(self, *failing):
        """A project that is set up, whose course finds that all is well but the failing."""
        ready = self.python_ready() + "; launcher.free_memory = lambda: 4 << 30; launcher.free_space = lambda folder: 4096"
        self.assertEqual(0, self.run_it("setup", patch=ready).returncode)
        (self.project / "notebooks" / "course" / "__main__.py").write_text(self.FOUND % (failing,))
        return ready

    def test_setup(self):
        ready = self.python_ready()
        result = self.run_it("setup", patch=ready)
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertIn("Everything is set up", result.stderr)
        self.assertEqual("", result.stdout)
        for words in (["02"], ["--learners", "5"], ["--jupyter"], ["--jupyter=/tmp", "--learners", "0"]):
            self.assertEqual(2, self.run_it("setup", *words, patch=ready).returncode, words)

    def test_kernel_for_another_jupyter(self):
        ready = self.python_ready() + "; launcher.memory = lambda: 12 << 30"
        prefix = self.place / "the hub's"
        self.assertSentence(self.run_it("setup", "--jupyter", str(prefix), patch=ready), str(prefix), "sys.prefix")
        kernel = prefix / "share" / "jupyter" / "kernels" / "java" / "kernel.json"
        kernel.parent.mkdir(parents=True)
        kernel.write_text('{"argv": ["java", "-jar", "ijava-1.3.0.jar"]}')
        self.assertSentence(self.run_it("setup", f"--jupyter={prefix}", patch=ready), "another kernel named java")
        kernel.unlink()
        for learners, heap in (((), "-Xmx3072m"), (("--learners", "6"), "-Xmx1024m")):
            result = self.run_it("setup", "--jupyter", str(prefix), *learners, patch=ready)
            self.assertEqual(0, result.returncode, result.stderr)
            spec = json.loads(kernel.read_text(encoding="utf-8"))
            self.assertIn(heap, spec["argv"])
            self.assertEqual(str(self.project), spec["env"]["CASEBOOK_HOME"])
            self.assertEqual("${HOME}/.casebook/kept", spec["env"]["CASEBOOK_KEPT"])

    def test_class_is_ready(self):
        for words, learners in ((["--class"], "A learner"), (["--class", "--learners", "4"], "4 learners"), (["--learners=4"], "4 learners")):
            result = self.run_it("doctor", *words, patch=self.class_ready())
            self.assertEqual(0, result.returncode, result.stdout + result.stderr)
            self.assertRegex(result.stdout.splitlines()[-1], f"^READY. {learners}")
            self.assertRegex(result.stdout, r"(?s)ok +kernel +kernel tried.*ok +page +page tried")
            self.assertRegex(result.stdout, r"ok +port +8\d{3} ")
            shutil.rmtree(self.project / ".casebook")
        self.assertEqual(2, self.run_it("doctor", "--learners", "many").returncode)

    def test_class_is_not_ready(self):
        ready = self.class_ready("kernel")
        result = self.run_it("doctor", "--class", patch=ready)
        self.assertEqual(1, result.returncode)
        self.assertRegex(result.stdout.splitlines()[-1], r"^NOT READY. 1 thing to put right. kernel: ")
        findings = "printf 'ok     Java  21\\nWRONG  fonts  none\\n       → install one\\n'"
        says = self.script(self.java, self.java.read_text().replace("shift 2; printf", "shift 2; [ ! -f wrong ] || { %s; exit 1; }; printf" % findings))
        (self.place / "wrong").touch()
        result = self.run_it("doctor", "--class", patch=ready, java=says)
        self.assertEqual(1, result.returncode)
        self.assertRegex(result.stdout.splitlines()[-1], "^NOT READY. 2 things to put right. First, fonts: install one.$")
        (self.place / "wrong").unlink()
        for patch, said in (("launcher.free_memory = lambda: 2 << 30", r"WRONG +learners +2\.0 GB[^\n]*: 1 fit, 4 come\n +→ let 1 work here"),
                            ("launcher.free_space = lambda folder: 1000", r"WRONG +space +1\.0 GB"),
                            ("import socket; socket.socket.bind = lambda *any: exec('raise OSError')", r"WRONG +port +8888 to 8937")):
            result = self.run_it("doctor", "--class", "--learners", "4", patch=f"{ready}; {patch}")
            self.assertEqual(1, result.returncode)
            self.assertRegex(result.stdout, said)
            self.assertRegex(result.stdout.splitlines()[-1], r"^NOT READY. 2 things to put right. First, ")
        (self.project / "notebooks" / "course" / "__main__.py").write_text("raise SystemExit('no such module')")
        result = self.run_it("doctor", "--class", patch=ready)
        self.assertRegex(result.stdout, r"WRONG +page +could not be tried \(no such module\)")

    def test_class_machine_that_is_not_set_up(self):
        """It says what to do and fetches nothing."""
        result = self.run_it("doctor", "--class")
        self.assertEqual(1, result.returncode)
        for name in ("packages", "mathematics", "library"):
            self.assertRegex(result.stdout, rf"WRONG +{name} .*\n +→ (\./)?casebook setup, while there is a network")
        self.assertEqual([], self.calls())
        self.assertRegex(result.stdout.splitlines()[-1], "^NOT READY. .*packages: .*setup, while there is a network.$")


    # ------------------------------------------------------------ the offline bundle

    PAGES = "import hashlib; launcher.MATHJAX = hashlib.sha256(b'mathjax').hexdigest()"

    def bundle(self):
        """A bundle of this project, and a copy of the project on a machine without a network."""
        wheel, checksum = self.tiny_wheel()
        (self.project / "notebooks" / "course" / "requirements.txt").write_text(f"tiny==1.0 --hash=sha256:{checksum}\n")
        (self.project / "notebooks" / "course" / "__main__.py").write_text("import sys, tiny\nprint(sys.argv[1:])\n")
        wrapper = self.project / ".mvn" / "wrapper" / "maven-wrapper.properties"
        wrapper.parent.mkdir(parents=True)
        wrapper.write_text("distributionUrl=https://example.org/apache-maven-3.0-bin.zip\n")
        self.script(self.project / "mvnw", MAVEN + 'case "$*" in *repo.local=*/content/maven/repository*) for word; do case "$word" in\n'
                    '-Dmaven.repo.local=*) mkdir -p "${word#*=}/org" && echo jar >"${word#*=}/org/a.jar" && : >"${word#*=}/org/_remote.repositories" ;;\nesac; done; esac\n')
        maven = self.home / ".m2" / "wrapper" / "dists" / "apache-maven-3.0" / "abc"
        self.script(maven / "bin" / "mvn", MAVEN)
        (maven / "mvnw.url").touch()
        (self.project / "work").mkdir()
        (self.project / "work" / "mine.ipynb").touch()
        archive = self.place / "the bundle.tar"
        shutil.copytree(self.project, self.place / "copy")
        result = self.run_it("bundle", str(archive), patch=self.PAGES, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(wheel.parent))
        self.assertEqual(0, result.returncode, result.stdout + result.stderr)
        self.assertIn(str(archive), result.stdout)
        self.project = self.place / "copy"
        shutil.rmtree(self.home / ".m2")
        self.script(self.project / "mvnw", "#!/bin/sh\necho Unknown host; exit 1\n")
        return archive

    def offline(self, *words, patch=PAGES):
        return self.run_it(*words, patch=patch, PIP_INDEX_URL=CLOSED)

    def test_bundle(self):
        archive = self.bundle()
        self.assertSentence(self.offline("run", "00"), "no network")
        result = self.offline("setup", "--bundle", str(archive))
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertTrue(all(f"-o -Dmaven.repo.local={self.project / '.casebook' / 'bundle' / 'maven' / 'repository'}" in call for call in self.calls()), self.calls())
        self.assertEqual(2, len(self.calls()), "the library and the pages")
        self.assertFalse((self.home / ".m2").exists())
        self.assertIn("['run', '00']", self.offline("run", "00").stdout)
        (self.project / "pom.xml").write_text("<project>newer</project>")
        result = self.offline("list")
        self.assertIn("The offline bundle is of another version of the project: the network is asked instead", result.stderr)
        self.assertSentence(result, "no network")

        # The archive itself is a project that is ready to be set up.
        with tarfile.open(archive) as packed:
            names = packed.getnames()
            packed.extractall(self.place / "unpacked")
        self.assertIn("casebook/OFFLINE.txt", names)
        self.assertEqual([], [name for name in names if "/work" in name or "/target/" in name or "_remote" in name or "jdk.json" in name])
        self.project = self.place / "unpacked" / "casebook"
        result = self.offline("run", "00")
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertIn("setup --bundle", (self.project / "OFFLINE.txt").read_text(encoding="utf-8"))
        self.script(self.project / ".casebook" / "bundle" / "maven" / "wrapper" / "dists" / "apache-maven-3.0" / "abc" / "bin" / "mvn", "#!/bin/sh\nexit 1\n")
        shutil.rmtree(self.project / ".casebook" / "venv")
        self.assertSentence(self.offline("run"), "damaged", "mvn differs", "copy the archive again")

    def test_bundle_that_does_not_fit(self):
        archive = self.bundle()
        for change, said in (("import sys; sys.version_info = (3, 99)", "is for Python 3."), ("import platform; platform.machine = lambda: 'abacus'", "this is abacus"),
                             ("(launcher.ROOT / 'pom.xml').write_text('<project>other</project>')", "another version of the project")):
            self.assertSentence(self.offline("setup", f"--bundle={archive}", patch=f"{self.PAGES}; {change}"), said)
            self.assertEqual([], [file.name for file in (self.project / ".casebook").glob("bundle*")])
        whole = archive.read_bytes()
        for data, said in ((b"", "can't be read"), (whole[:len(whole) // 2], "can't be read"), (b"no archive" * 999, "can't be read")):
            archive.write_bytes(data)
            self.assertSentence(self.offline("setup", "--bundle", str(archive)), said, "copy it again")
        with tarfile.open(archive, "w") as packed:
            packed.add(self.project / "pom.xml", "casebook/pom.xml")
        self.assertSentence(self.offline("setup", "--bundle", str(archive)), "no offline bundle")
        self.assertSentence(self.offline("setup", "--bundle", str(self.place / "nowhere.tar")), "No such file", "nowhere.tar")


    def rewritten(self, archive, change=(), add=()):
        """Another archive: some members' contents changed, some members more."""
        other = self.place / f"rewritten-{len(add)}.tar"
        with tarfile.open(archive) as source, tarfile.open(other, "w") as target:
            for member in source:
                data = source.extractfile(member).read() if member.isfile() else b""
                data = dict(change).get(member.name.rpartition("/bundle/")[2], data)
                member.size = len(data)
                target.addfile(member, io.BytesIO(data))
            for name, data in add:
                member = tarfile.TarInfo(f"casebook/.casebook/bundle/{name}")
                member.size = len(data)
                target.addfile(member, io.BytesIO(data))
        return str(other)

    def test_bundle_that_somebody_changed(self):
        """Before anything is set up, and where all is set up and nothing would be taken from it."""
        archive = self.bundle()
        added = self.rewritten(archive, add=[("maven/repository/org/b.jar", b"jar"), ("wheels/tiny-2.0-py3-none-any.whl", b"")])
        changed = self.rewritten(archive, change=[("maven/repository/org/a.jar", b"other")])
        for place in ("a new machine", "one that is set up"):
            for other, said in ((added, "a file that its list doesn't name"), (changed, "damaged")):
                other = shutil.copy(other, self.place / "other.tar")
                self.assertSentence(self.offline("setup", "--bundle", str(other)), said, "copy the archive again")
            left = [file.name for file in (self.project / ".casebook").glob("bundle*")]
            self.assertEqual([] if place == "a new machine" else ["bundle"], left, place)
            result = self.offline("setup", "--bundle", str(archive))
            self.assertEqual(0, result.returncode, result.stderr)
        self.assertEqual("jar\n", (self.project / ".casebook/bundle/maven/repository/org/a.jar").read_text())

    def test_file_added_to_a_bundle_that_was_unpacked(self):
        archive = self.bundle()
        self.assertEqual(0, self.offline("setup", "--bundle", str(archive)).returncode)
        bundle = self.project / ".casebook" / "bundle"
        for name, make in (("maven/repository/org/b.jar", lambda file: file.touch()), ("wheels/more", lambda file: file.symlink_to(self.place)),
                           ("maven/wrapper/dists/apache-maven-3.0/abc/lib/ext/a.jar", lambda file: (file.parent.mkdir(parents=True), file.touch()))):
            make(bundle / name)
            (self.project / "lib" / "target" / "dependency" / "a.jar").unlink(missing_ok=True)
            self.assertSentence(self.offline("list"), "its list doesn't name", str(bundle / name), f"delete {bundle}")
            (bundle / name).unlink()
        result = self.offline("list")
        self.assertEqual(0, result.returncode, result.stderr)


class PinnedTest(unittest.TestCase):
    """Nothing is fetched that isn't pinned by a checksum."""

    def packages(self, *path):
        text = PROJECT.joinpath(*path).read_text(encoding="utf-8")
        return [entry for entry in re.split(r"\n(?=\w)", re.sub(r"(?m)^\s*#.*\n", "", text)) if entry.strip()]

    def test_every_package(self):
        course = self.packages("notebooks", "course", "requirements.txt")
        tests = self.packages("tests", "requirements.txt")
        self.assertGreater(len(course), 50)
        self.assertGreater(len(tests), 5)
        for package in course + tests:
            self.assertRegex(package, r"^[\w.\[\]-]+==\S+.*\\\n\s+--hash=sha256:[0-9a-f]{64}")

    def test_packages_of_both_agree(self):
        def versions(*path):
            return dict(package.split()[0].split("==") for package in self.packages(*path))

        course, tests = versions("notebooks", "course", "requirements.txt"), versions("tests", "requirements.txt")
        for name in course.keys() & tests.keys():
            self.assertEqual(course[name], tests[name], f"{name}: both are installed side by side")

    def test_maven(self):
        self.assertRegex((PROJECT / ".mvn" / "wrapper" / "maven-wrapper.properties").read_text(),
                         r"distributionUrl=https://repo\.maven\.apache\.org/\S+-bin\.zip\ndistributionSha256Sum=[0-9a-f]{64}\n")

    def test_mathjax_is_the_same_in_the_pom(self):
        self.assertIn("tex-svg-full.js", (PROJECT / "pom.xml").read_text(encoding="utf-8"))

    @unittest.skipIf(os.name == "nt", "Windows keeps no such bit")
    def test_scripts_can_be_run(self):
        for name in ("casebook", "mvnw", ".ci/run"):
            self.assertTrue((PROJECT / name).stat().st_mode & stat.S_IXUSR, name)


class MachineTest(unittest.TestCase):
    def test_java_versions(self):
        launcher = load()
        for version, major in (("17.0.15", 17), ("25", 25), ("1.8.0_402", 8), ("21-ea", 21), ("17.0.15-internal+0", 17)):
            self.assertEqual(major, launcher.Jdk("", "", version, []).major)

    def test_memory_decides_the_heap(self):
        launcher = load()
        for gigabytes, heap in ((2, "1024m"), (8, "2048m"), (64, "4096m")):
            launcher.memory = lambda: gigabytes << 30
            self.assertIn(f"-Xmx{heap}", launcher.java_options(launcher.Jdk("", "", "17", [])))

    @unittest.skipUnless(sys.platform.startswith("linux"), "reads Linux's files")
    def test_free_memory(self):
        launcher = load()
        self.assertGreater(launcher.free_memory(), 1 << 26)
        self.assertLess(launcher.free_memory(), launcher.memory())


if __name__ == "__main__":
    unittest.main()
