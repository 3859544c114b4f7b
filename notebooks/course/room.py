"""What a class needs of this machine, tried out: a kernel that runs a cell, and JupyterLab's page from this machine alone."""
import contextlib
import io
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import nbformat

from . import browser, execute, notebooks

START_SECONDS = 90


def kernel():
    """Starts the kernel, loads the library as the notebooks do, and lets ND4J add up a thousand ones."""
    first = notebooks.paths()[0]
    notebook = notebooks.read(first)
    set_up = next(cell for cell in notebook.cells if cell.cell_type == "code")
    sum_up = nbformat.v4.new_code_cell("System.out.println((int) Nd4j.ones(20, 50).sumNumber().doubleValue());")
    notebook.cells = [set_up, sum_up]
    began = time.monotonic()
    try:
        done = execute.execute(first, notebook, io.StringIO())
    except execute.Failure as failure:
        return False, str(failure)
    said = "".join(output.get("text", "") for output in done.cells[1].outputs).strip()
    seconds = time.monotonic() - began
    if said != "1000":
        return False, f"20 × 50 ones add up to {said or 'nothing'}"
    return True, f"starts, loads the library and runs a cell in {seconds:.0f} s"


class References(HTMLParser):
    """What a browser fetches for a page."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        name = {"script": "src", "img": "src", "link": "href", "iframe": "src"}.get(tag)
        if attributes.get(name) and attributes.get("rel") not in ("canonical", "alternate"):
            self.found.append(attributes[name])


def fetch(address):
    # A proxy has no business between this machine and itself.
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=20) as answer:
        return answer.read()


@contextlib.contextmanager
def server():
    """JupyterLab as the learner starts it, on a port of its own; gives the address of the first notebook's page."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    command = [sys.executable, "-m", "course", "lab", "--original", "--no-browser", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}",
               f"--IdentityProvider.token={token}"]
    with tempfile.TemporaryFile() as log:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            name = notebooks.paths()[0].relative_to(notebooks.HOME).as_posix()
            address = f"http://127.0.0.1:{port}/lab/tree/{name}?token={token}"
            deadline = time.monotonic() + START_SECONDS
            while True:
                try:
                    fetch(f"http://127.0.0.1:{port}/api?token={token}")
                    break
                except OSError as error:
                    if child.poll() is not None or time.monotonic() > deadline:
                        raise OSError(f"JupyterLab does not start: {execute.tail(log) or error}") from None
                    time.sleep(0.2)
            yield address
        finally:
            child.terminate()
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def shown(address):
    """JupyterLab's page as a browser without a network shows it; None where there is no browser that can be asked."""
    program = browser.find()
    if program is None:
        return None
    options = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--no-proxy-server", "--virtual-time-budget=30000"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--no-sandbox")
    try:
        return browser.dom(program, address, 120, *options)
    except (OSError, subprocess.TimeoutExpired):
        return None


def page():
    """Opens the first notebook in JupyterLab with this machine's network left aside."""
    began = time.monotonic()
    try:
        with server() as address:
            references = References()
            html = fetch(address).decode("utf-8")
            references.feed(html)
            here = urlsplit(address).netloc
            files = [urljoin(address, reference) for reference in references.found]
            foreign = [file for file in files if urlsplit(file).scheme in ("http", "https") and urlsplit(file).netloc != here]
            if foreign:
                return False, f"JupyterLab's page asks for {foreign[0]}"
            size = sum(len(fetch(file)) for file in files if urlsplit(file).netloc == here)
            dom = shown(address)
            title = notebooks.lecture(notebooks.paths()[0], notebooks.read(notebooks.paths()[0])).title
    except (OSError, ValueError) as error:
        return False, str(error)
    seconds = time.monotonic() - began
    # A browser that may not write its profile shows an empty page: it says nothing about ours.
    if dom is None or len(dom) < 200:
        return True, (f"JupyterLab answers in {seconds:.0f} s, {len(files)} files, {size / 1e6:.1f} MB, all from this machine "
                      "(no Chromium or Chrome was found to show the page in)")
    if title not in re.sub(r"<[^>]+>", "", dom).replace("&amp;", "&"):
        return False, "JupyterLab's page shows no notebook without a network"
    return True, f"a browser without a network shows notebook 00 in JupyterLab, {seconds:.0f} s"


def look():
    """One line of JSON a finding, for the launcher."""
    for name, check in (("kernel", kernel), ("page", page)):
        good, found = check()
        print(json.dumps({"name": name, "good": good, "found": found}), flush=True)
    return 0
