"""Maven takes nothing but what is pinned: a real one, in a copy of the project, with a copy of its repository in which something is wrong."""
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
LIST = PROJECT / ".mvn" / "checksums" / "checksums.sha256"
MAVEN = Path(os.environ.get("MAVEN_USER_HOME") or Path.home() / ".m2")
POM = (PROJECT / "pom.xml").read_text(encoding="utf-8")
SETTINGS = "<settings><mirrors><mirror><id>central</id><mirrorOf>*</mirrorOf><url>{}</url></mirror></mirrors></settings>"


def version(name):
    return re.search(rf"<{name}.version>(.*)</{name}.version>", POM).group(1)


def link(source, target):
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def flip(file):
    """Changes one bit; what else has the file by another name keeps it as it was."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.unlink()
    file.write_bytes(data)


class ListTest(unittest.TestCase):
    def test_every_system(self):
        names = [line.split("  ")[1] for line in LIST.read_text(encoding="utf-8").splitlines()]
        self.assertEqual(sorted(names), names)
        for system in ("linux-x86_64", "linux-arm64", "windows-x86_64", "macosx-x86_64", "macosx-arm64"):
            for artifact in ("nd4j-native", "openblas", "javacpp"):
                self.assertTrue([name for name in names if re.search(rf"/{artifact}-[\d.M-]+-{system}(-onednn)?\.jar$", name)], f"{artifact} for {system}")

    def test_what_is_built_with_is_listed(self):
        """Whoever changes a version and forgets the list would notice only where something has to be fetched."""
        names = LIST.read_text(encoding="utf-8")
        for pom in ("pom.xml", "lib/pom.xml", "tests/pom.xml", "tests/bench/pom.xml"):
            for artifact, said in re.findall(r"<artifactId>([^<]+)</artifactId>\s*<version>\$\{([\w.-]+)\.version\}</version>", (PROJECT / pom).read_text("utf-8")):
                # Nobody deploys the project or packs its sources.
                if said not in ("project", "maven-deploy-plugin", "maven-source-plugin"):
                    self.assertIn(f"/{artifact}/{version(said)}/{artifact}-{version(said)}", names, f"{artifact}: run .mvn/checksums/renew")


@unittest.skipUnless((MAVEN / "repository" / "org" / "nd4j").exists() and (MAVEN / "wrapper" / "dists").exists() and os.name != "nt",
                     "needs what a set-up has fetched")
class RefusedTest(unittest.TestCase):
    def setUp(self):
        place = Path(tempfile.mkdtemp(prefix="casebook-test-"))
        self.addCleanup(shutil.rmtree, place, ignore_errors=True)
        self.project, self.maven = place / "a learner's clöne", place / "m2"
        self.project.mkdir()
        for name in ("casebook", "pom.xml", "mvnw", "lib/pom.xml", "tests/pom.xml", "notebooks/course/requirements.txt"):
            (self.project / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, self.project / name)
        shutil.copytree(PROJECT / ".mvn", self.project / ".mvn")
        self.maven.mkdir()
        (self.maven / "wrapper").symlink_to(MAVEN / "wrapper")
        self.repository = self.maven / "repository"
        shutil.copytree(MAVEN / "repository", self.repository, copy_function=link)

    def run_it(self, *words, **variables):
        env = {name: value for name, value in os.environ.items() if not name.startswith(("CASEBOOK", "MAVEN"))}
        return subprocess.run([sys.executable, "-B", *words], env={**env, "MAVEN_USER_HOME": str(self.maven), **variables}, cwd=self.project,
                              capture_output=True, text=True, encoding="utf-8", timeout=300)

    def assertRefused(self, *parts, **variables):
        result = self.run_it("casebook", "list", **variables)
        said = [line for line in result.stderr.splitlines() if not line.endswith("…")]
        self.assertEqual((1, 1), (result.returncode, len(said)), result.stderr)
        for part in parts:
            self.assertIn(part, said[0])
        self.assertFalse((self.project / "lib" / "target" / "casebook.jar").exists())

    def of(self, group, artifact, version):
        return self.repository.joinpath(*group.split("."), artifact, version)

    def test_what_is_as_it_should_be_is_taken(self):
        shutil.rmtree(self.maven)
        result = subprocess.run(["/bin/sh", "mvnw", "-o", "-B", "-q", f"-Dmaven.repo.local={MAVEN / 'repository'}", "-pl", "lib", "dependency:resolve"],
                                cwd=self.project, capture_output=True, text=True, timeout=300)
        self.assertEqual((0, ""), (result.returncode, result.stdout))

    def test_jar_that_was_changed(self):
        folder = self.of("info.picocli", "picocli", version("picocli"))
        flip(folder / f"picocli-{version('picocli')}.jar")
        self.assertRefused("info.picocli:picocli:jar:", ".mvn/checksums/checksums.sha256", f"delete {folder} and run the command again")

    def test_plugin_and_pom_that_were_changed(self):
        number = version("maven-resources-plugin")
        folder = self.of("org.apache.maven.plugins", "maven-resources-plugin", number)
        whole = (folder / f"maven-resources-plugin-{number}.jar").read_bytes()
        flip(folder / f"maven-resources-plugin-{number}.jar")
        self.assertRefused("org.apache.maven.plugins:maven-resources-plugin:jar:", f"delete {folder} and")
        (folder / f"maven-resources-plugin-{number}.jar").write_bytes(whole)
        flip(self.of("tech.tablesaw", "tablesaw-core", version("tablesaw")) / f"tablesaw-core-{version('tablesaw')}.pom")
        self.assertRefused("tech.tablesaw:tablesaw-core:pom:", "delete ")

    def test_what_is_not_listed(self):
        file = self.project / LIST.relative_to(PROJECT)
        file.write_text("".join(line for line in file.read_text(encoding="utf-8").splitlines(True) if "/picocli/" not in line), encoding="utf-8")
        self.assertRefused("info.picocli:picocli:", "is not in .mvn/checksums/checksums.sha256", ".mvn/checksums/renew")

    def test_download_that_was_changed(self):
        """A server that says wrong sums for wrong files, and one that says none."""
        number = version("picocli")
        folder, mirror = self.of("info.picocli", "picocli", number), self.maven / "mirror" / "info" / "picocli" / "picocli" / number
        shutil.copytree(folder, mirror)
        shutil.rmtree(folder)
        jar = mirror / f"picocli-{number}.jar"
        flip(jar)
        settings = self.maven / "theirs.xml"
        settings.write_text(SETTINGS.format((self.maven / "mirror").as_uri()), encoding="utf-8")
        (mirror / f"{jar.name}.sha1").unlink(missing_ok=True)
        for digest in ("sha1", "sha256", None):
            if digest:
                (mirror / f"{jar.name}.{digest}").write_text(hashlib.new(digest, jar.read_bytes()).hexdigest())
            else:
                for sums in mirror.glob("*.sha*"):
                    sums.unlink()
            self.assertRefused("its checksum differs", MAVEN_ARGS=f"-gs {settings}")
            self.assertFalse((folder / jar.name).exists(), "what was refused is not kept")


if __name__ == "__main__":
    unittest.main()
