"""The files for a class: they name no version of their own, and what they call is there."""
import json
import os
import re
import stat
import subprocess
import tempfile
import unittest
from pathlib import Path

from test_launcher import PROJECT, load

FILES = ("classroom/Dockerfile", "classroom/Dockerfile.dockerignore", "classroom/system", "classroom/learner", ".ci/run", "binder/apt.txt", "binder/postBuild",
         "binder/start", ".devcontainer/devcontainer.json")
SCRIPTS = ("classroom/system", "classroom/learner", "binder/postBuild", "binder/start")


def read(name):
    return (PROJECT / name).read_text(encoding="utf-8")


def versions(text):
    """Everything in a recipe that looks like the version of something."""
    without_ports = re.sub(r"\b(?:127\.0\.0\.1|0\.0\.0\.0)\b|\b8888\b", "", text)
    return [match.group() for match in re.finditer(r"[\w./-]+(?:==|~=|>=|@v?|:v?(?=\d))[\w.]+|\b[a-z]+-\d[\w.]*-[\w-]+|\bv?\d+\.\d+[\w.]*", without_ports)]


def packages(text):
    """Debian's packages in a list of apt's, or in the script that installs them."""
    text = re.sub(r"(?m)#.*$", "", text)
    listed = re.findall(r"missing\+?=\(([^)]+)\)", text)
    return set(" ".join(listed).split()) if listed else set(text.split())


def commands(text):
    """What is called of the launcher: the words after its name."""
    return [match.group(1).split() for match in re.finditer(r"(?:\./|/opt/casebook/|/\.\./)casebook\"? ((?:[a-z-]+)(?: --?[a-z-]+| \d+| [a-z.]+\.tar)*)", text)]


class ClassroomTest(unittest.TestCase):
    def test_no_version_of_their_own(self):
        needed = load().JAVA_NEEDED
        for name in FILES:
            named = versions(read(name))
            if name == "binder/apt.txt":
                # Binder takes names only, and the JDK's name holds the number that the launcher asks for.
                self.assertEqual([f"openjdk-{needed}-jdk-headless"], named)
            else:
                self.assertEqual([], named, name)

    def test_versions_are_seen(self):
        for text in ("FROM debian:12", "pip install jupyterlab==4.6", "openjdk-21-jdk-headless", "uses: x/y@v4", "jjava 1.0a8", "node:22-slim"):
            self.assertEqual(1, len(versions(text)), text)
        for text in ("FROM debian:stable-slim", "-p 127.0.0.1:8888:8888", "--ip=0.0.0.0", "[ -gt 0 ] || exit 0", '"4gb"'):
            self.assertEqual([], versions(text), text)

    def test_the_same_packages_everywhere(self):
        installed = packages(read("classroom/system")) - {"git", "chromium"}
        self.assertEqual({"jdk", "python3", "python3-venv", "fontconfig", "fonts-dejavu-core", "libharfbuzz0b"}, installed)
        binder = {re.sub("^openjdk-.*", "jdk", name) for name in packages(read("binder/apt.txt"))}
        self.assertEqual(installed - {"python3", "python3-venv"}, binder)
        readme = re.search(r"apt install ([^`]+)`", read("README.md")).group(1)
        self.assertEqual(installed - {"python3"}, {re.sub("^openjdk-.*", "jdk", name) for name in packages(readme)})

    def test_commands_are_there(self):
        launcher = load()
        known = set(re.findall(r"(?m)^  \{me\} ([a-z]+)", launcher.HELP))
        options = set(re.findall(r"--[a-z]+", launcher.HELP)) | {"--ip", "--no-browser"}
        seen = 0
        for name in (*FILES, "classroom/README.md"):
            for words in commands(read(name)):
                seen += 1
                self.assertIn(words[0], known, f"{name}: {' '.join(words)}")
                self.assertLessEqual({word for word in words if word.startswith("-")}, options, f"{name}: {' '.join(words)}")
        self.assertGreater(seen, 10)
        docker = re.search(r"(?m)^CMD (.*)$", read("classroom/Dockerfile")).group(1)
        self.assertEqual(["./casebook", "lab"], json.loads(docker)[:2])

    def test_paths_are_there(self):
        for name in (*FILES, "classroom/README.md"):
            for path in re.findall(r"(?<![\w/-])(?:classroom|binder|notebooks)/[\w./-]*\w", read(name)):
                self.assertTrue((PROJECT / path).exists(), f"{name}: {path}")
        for target in re.findall(r"\]\(([^)#:]+)\)", read("classroom/README.md")):
            self.assertTrue((PROJECT / "classroom" / target).exists(), target)
        for source in re.findall(r"(?m)^COPY (?:--\S+ )?(\S+) ", read("classroom/Dockerfile")):
            self.assertTrue((PROJECT / source).exists(), source)

    def test_devcontainer(self):
        container = json.loads(read(".devcontainer/devcontainer.json"))
        self.assertEqual("classroom/system", container["onCreateCommand"])

    def test_what_is_left_out_of_the_image_is_what_git_leaves_out(self):
        ignored = {line.strip("/") for line in read(".gitignore").splitlines()}
        for line in read("classroom/Dockerfile.dockerignore").splitlines():
            if line != ".git":
                self.assertIn(line.removeprefix("**/"), ignored)

    @unittest.skipIf(os.name == "nt", "scripts for Linux")
    def test_scripts(self):
        for name in SCRIPTS:
            self.assertTrue((PROJECT / name).stat().st_mode & stat.S_IXUSR, name)
            shell = "bash" if "bash" in read(name).splitlines()[0] else "sh"
            self.assertEqual(0, subprocess.run([shell, "-n", PROJECT / name]).returncode, name)

    @unittest.skipIf(os.name == "nt", "scripts for Linux")
    def test_a_learner_without_copies_still_gets_a_server(self):
        with tempfile.TemporaryDirectory() as place:
            place = Path(place)
            for name, text in (("project/casebook", "#!/bin/sh\necho \"casebook $*\"; exit $STATUS\n"), ("bin/jupyterhub-singleuser", "#!/bin/sh\necho \"server $*\"\n"),
                               ("project/classroom/learner", read("classroom/learner"))):
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                (place / name).write_text(text)
                (place / name).chmod(0o755)
            for status in ("0", "1"):
                done = subprocess.run([place / "project/classroom/learner", "--port", "1"], capture_output=True, text=True,
                                      env={"PATH": f"{place}/bin:/usr/bin:/bin", "HOME": "/home/a b", "STATUS": status})
                self.assertEqual(["casebook copies /home/a b/casebook", "server --port 1"], done.stdout.splitlines())


if __name__ == "__main__":
    unittest.main()
