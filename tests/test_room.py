"""What doctor --class tries out: that it finds what works, and what doesn't."""
import contextlib
import http.server
import sys
import threading
import unittest
from unittest import mock

from test_course import CHROMIUM, KERNEL, PROJECT, READY, Project, code, text

sys.path.insert(0, str(PROJECT / "notebooks"))


class Answers(http.server.BaseHTTPRequestHandler):
    """A server of our own in JupyterLab's place."""

    page = ""

    def do_GET(self):
        found = not self.path.startswith("/missing")
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(self.page.encode() if self.path.startswith("/lab") else b"//")

    def log_message(self, *words):
        pass


@unittest.skipUnless(READY, "needs the environment that the launcher sets up")
class RoomTest(Project):
    def setUp(self):
        super().setUp()
        from course import notebooks, room

        self.room = room
        for name, value in (("HOME", self.home), ("FOLDER", self.home / "notebooks")):
            patch = mock.patch.object(notebooks, name, value)
            patch.start()
            self.addCleanup(patch.stop)

    @unittest.skipUnless(KERNEL, "needs the kernel that the launcher sets up")
    def test_kernel(self):
        """A set-up cell without the library: its own Nd4j stands in, once right and once wrong."""
        stand_in = "class Nd4j { static java.math.BigDecimal ones(int a, int b) { return null; } }"
        number = "record Sum(double doubleValue) { Sum sumNumber() { return this; } }\n class Nd4j { static Sum ones(int a, int b) { return new Sum(%s); } }"
        for set_up, good, said in ((number % "a * b", True, "runs a cell in"), (number % "a + b", False, "add up to 70"), (stand_in, False, "sumNumber")):
            self.notebook("00-start-here", text("# Start"), code(set_up), code("never run"))
            found = self.room.kernel()
            self.assertEqual(good, found[0], found[1])
            self.assertIn(said, found[1])

    def page(self, html, dom=None):
        self.notebook("00-start-here", text("# 00 · Start & go"))
        Answers.page = html
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        address = f"http://127.0.0.1:{server.server_port}/lab"
        with mock.patch.object(self.room, "server", lambda: contextlib.nullcontext(address)), mock.patch.object(self.room, "shown", lambda address: dom):
            return self.room.page()

    def test_page(self):
        local = '<script src="/main.js"></script><link rel="stylesheet" href="style.css"><script src="data:text/javascript,1"></script>'
        good, found = self.page(local)
        self.assertTrue(good)
        self.assertIn("3 files", found)
        self.assertIn("no Chromium", found)
        good, found = self.page(local + '<script src="https://cdn.example.org/x.js"></script>')
        self.assertFalse(good)
        self.assertIn("cdn.example.org", found)
        good, found = self.page('<script src="/missing.js"></script>')
        self.assertFalse(good)
        self.assertIn("404", found)
        filling = "<p>" + "x" * 300
        self.assertEqual((True, False), tuple(self.page(local, f"<html>{filling}{inner}</html>")[0] for inner in ("<h1>00 · <b>Start</b> &amp; go</h1>", "<h1>Error</h1>")))
        self.assertIn("no Chromium", self.page(local, "<html><head></head><body></body></html>")[1])

    @unittest.skipUnless(CHROMIUM, "needs Chromium")
    def test_browser_has_no_network_but_this_machine(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        # By a name, the very same server is out of reach.
        Answers.page = ("<p id=p></p><script>fetch('http://localhost:%d/lab', {mode: 'no-cors'}).then(() => 'a network', () => 'no network')"
                        ".then(said => p.textContent = 'scripts run, ' + said)</script>" % server.server_port)
        self.assertIn("scripts run, no network", self.room.shown(f"http://127.0.0.1:{server.server_port}/lab"))

    def test_jupyterlab_as_it_is(self):
        """The real one: everything that its page asks for comes from this machine."""
        self.notebook("00-start-here", text("# Start"))
        config = self.home / "config"
        variables = {"CASEBOOK_HOME": str(self.home), "PYTHONPATH": str(PROJECT / "notebooks"), "JUPYTER_CONFIG_DIR": str(config),
                     "JUPYTER_DATA_DIR": str(self.home / "data"), "JUPYTER_RUNTIME_DIR": str(self.home / "runtime")}
        with mock.patch.dict("os.environ", variables), mock.patch.object(self.room, "shown", lambda address: None):
            good, found = self.room.page()
        self.assertTrue(good, found)
        self.assertRegex(found, r"JupyterLab answers in \d+ s, [1-9]\d* files, \d+\.\d MB")

    def test_jupyterlab_that_does_not_start(self):
        with mock.patch.dict("os.environ", {"CASEBOOK_HOME": str(self.home / "nowhere"), "PYTHONPATH": str(PROJECT / "notebooks")}):
            self.notebook("00-start-here", text("# Start"))
            with mock.patch.object(self.room.sys, "executable", "/bin/false"):
                good, found = self.room.page()
        self.assertFalse(good)
        self.assertIn("does not start", found)


if __name__ == "__main__":
    unittest.main()
