"""A Chromium, Chrome or Edge of this computer, which shows a page to nobody and says what came out."""
import os
import shutil
import subprocess
import tempfile

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "microsoft-edge",
         "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", r"C:\Program Files\Google\Chrome\Application\chrome.exe",
         r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe")


def find():
    """The browser's program: CASEBOOK_BROWSER, or the first one that is there; None if there is none."""
    return next(filter(None, map(shutil.which, (os.environ.get("CASEBOOK_BROWSER", ""), *NAMES))), None)


def dom(program, address, seconds, *options):
    """The page's HTML after its scripts have run.

    Raises OSError or subprocess.TimeoutExpired if the browser does not start or takes longer than so many seconds.
    """
    with tempfile.TemporaryDirectory(prefix="casebook-", ignore_cleanup_errors=True) as profile:
        command = [program, "--headless", "--disable-gpu", f"--user-data-dir={profile}", *options, "--dump-dom", address]
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=seconds).stdout.decode("utf-8", "replace")
