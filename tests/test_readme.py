"""The README's program, built as another project would build it: from the library in a local Maven repository, here one in target/."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = {**os.environ, "LC_ALL": "C.UTF-8", "OMP_WAIT_POLICY": "passive"}
REPOSITORY = ROOT / "target" / "readme-repository"
# What the launcher has fetched is read from the learner's repository, and nothing is written there.
DOWNLOADS = Path(os.environ.get("MAVEN_USER_HOME") or Path.home() / ".m2") / "repository"
JAVA = shutil.which("java", path=os.path.join(os.environ["JAVA_HOME"], "bin")) if os.environ.get("JAVA_HOME") else "java"

POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>reader</groupId><artifactId>reader</artifactId><version>1</version>
  <properties>
    <maven.compiler.release>17</maven.compiler.release>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <dependencies>{dependency}</dependencies>
</project>
"""


def maven(folder, *arguments):
    wrapper = ROOT / ("mvnw.cmd" if os.name == "nt" else "mvnw")
    done = subprocess.run([wrapper, "-B", "-q", f"-Dmaven.repo.local={REPOSITORY}", f"-Dmaven.repo.local.tail={DOWNLOADS}", *arguments],
                          cwd=folder, env=ENVIRONMENT, text=True, encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    return done.stdout


class ReadmeTest(unittest.TestCase):
    def test_the_eight_lines_run_in_another_project(self):
        readme = (ROOT / "README.md").read_text("utf-8")
        program = re.search(r"```java\n(.*?)```", readme, re.S).group(1)
        self.assertEqual(8, len(program.strip().splitlines()))
        dependency = re.search(r"```xml\n(.*?)```", readme, re.S).group(1)
        imports = re.search(r"with these imports:(.*?)\.\s", readme, re.S).group(1)
        imports = "".join(f"import {name};\n" for name in re.findall(r"`([\w.]+)`", imports))
        promised = re.search(r"println\(sheet\);\s*// (.*)", program).group(1)

        maven(ROOT, "-pl", "lib", "-am", "install", "-DskipTests")
        with tempfile.TemporaryDirectory() as place:
            project = Path(place)
            (project / "pom.xml").write_text(POM.format(dependency=dependency), "utf-8")
            source = project / "src/main/java/Reader.java"
            source.parent.mkdir(parents=True)
            source.write_text(f"{imports}class Reader {{ public static void main(String[] args) {{\n{program}}} }}\n", "utf-8")
            maven(project, "compile", "dependency:build-classpath", "-Dmdep.outputFile=classpath.txt")
            classpath = os.pathsep.join(["target/classes", (project / "classpath.txt").read_text("utf-8").strip()])
            self.assertIn(str(REPOSITORY / "casebook"), classpath)
            done = subprocess.run([JAVA, "-Djava.awt.headless=true", "-cp", classpath, "Reader"], cwd=project, env=ENVIRONMENT,
                                  capture_output=True, text=True, encoding="utf-8", check=True)
            self.assertEqual(promised, done.stdout.strip())
            self.assertEqual(b"\x89PNG", (project / "lenet-5.png").read_bytes()[:4])


if __name__ == "__main__":
    unittest.main()
