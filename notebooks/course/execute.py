"""Executes notebooks in the Java kernel, on copies in memory."""
import asyncio
import copy
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from .files import put, sweep

START_SECONDS = 180

# What a kernel says about itself carries the JDK's version: it would change at every learner's.
LANGUAGE = {"codemirror_mode": "java", "file_extension": ".jshell", "mimetype": "text/x-java-source", "name": "Java", "pygments_lexer": "java"}
KERNELSPEC = {"display_name": "Java", "language": "java", "name": "java"}

ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[@-_]")


def cell_hours():
    """How long a cell may run: a full experiment that takes a quarter of an hour here can take hours on a slow or busy computer."""
    return 8 if os.environ.get("CASEBOOK_SETTING") == "full" else 1


class Failure(Exception):
    """A notebook that didn't run through: where and why."""


class Stopped(BaseException):
    """The run was told to end by a signal."""

    def __init__(self, number):
        super().__init__(number)
        self.number = number


def first_line(source):
    """A cell's first line that is code."""
    lines = [line.strip() for line in source.splitlines() if line.strip()]
    return next((line for line in lines if not line.startswith("//")), lines[0] if lines else "")


class Progress:
    """One line a notebook: rewritten in place in a terminal, otherwise every tenth cell a line."""

    def __init__(self, name, cells, stream=None):
        self.name, self.cells, self.stream = name, cells, stream or sys.stdout
        self.terminal = self.stream.isatty()
        self.began = self.cell_began = time.monotonic()
        self.done, self.line = 0, ""

    def write(self, text, last=False):
        if self.terminal:
            width = shutil.get_terminal_size().columns - 1
            self.stream.write("\r\x1b[K" + (text + "\n" if last else text[:width]))
        else:
            self.stream.write(text + "\n")
        self.stream.flush()

    def start(self):
        self.write(f"{self.name}  starting the kernel …")

    def cell(self, source):
        self.done += 1
        self.cell_began = time.monotonic()
        self.line = first_line(source)
        if self.terminal:
            self.tick()
        elif self.done % 10 == 0:
            self.write(f"{self.name}  cell {self.done} of {self.cells}")

    def tick(self):
        seconds = time.monotonic() - self.cell_began
        waited = f" {seconds:.0f} s" if seconds >= 2 else ""
        self.write(f"{self.name}  cell {self.done} of {self.cells}{waited}  {self.line}")

    def end(self, word):
        self.write(f"{self.name}  {word}, {time.monotonic() - self.began:.0f} s", last=True)


class Client(NotebookClient):
    """nbclient with the settings of the course."""

    def __init__(self, notebook, folder, progress):
        super().__init__(
            notebook, kernel_name="java", timeout=cell_hours() * 3600, startup_timeout=START_SECONDS, iopub_timeout=30, record_timing=False,
            store_widget_state=False, coalesce_streams=True, shutdown_kernel="immediate", resources={"metadata": {"path": str(folder)}},
            on_cell_execute=lambda cell, cell_index: progress.cell(cell.source))
        # Messages of its own would stand beside those of the run.
        self.log.disabled = True


def end_with_parent():
    """Linux: the kernel ends when the run is killed outright and can't end it."""
    if not sys.platform.startswith("linux"):
        return {}
    import ctypes

    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def prepare():
        libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)

    return {"preexec_fn": prepare}


async def run(client, log, progress):
    async def tick():
        while True:
            await asyncio.sleep(1)
            if progress.done:
                progress.tick()

    notebook = client.nb
    ticking = asyncio.ensure_future(tick()) if progress.terminal else None
    client.km = client.create_kernel_manager()
    try:
        await client.async_start_new_kernel(stdout=log, stderr=log, **end_with_parent())
        await client.async_start_new_kernel_client()
        for index, cell in enumerate(notebook.cells):
            await client.async_execute_cell(cell, index, execution_count=client.code_cells_executed + 1)
    finally:
        if ticking:
            ticking.cancel()
        if client.km is not None:
            await client._async_cleanup_kernel()


def guarded(work):
    """Runs the coroutine; a signal cancels it, so that its kernel ends first."""
    stopped = []

    async def main():
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number:
                with suppress(NotImplementedError, RuntimeError):
                    loop.add_signal_handler(number, lambda number=number: (stopped.append(number), task.cancel()))
        await task

    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        raise Stopped(signal.SIGINT) from None
    except BaseException:
        # nbclient takes its cancelling for a dead kernel.
        if stopped:
            raise Stopped(stopped[0]) from None
        raise
    if stopped:
        raise Stopped(stopped[0])


def tail(log):
    log.seek(0)
    lines = [line for line in log.read().decode("utf-8", "replace").splitlines() if line.strip() and not line.startswith(("Picked up ", "NOTE: Picked up "))]
    return "\n".join(lines[-8:])


def execute(path, notebook, stream=None):
    """An executed copy of the notebook; raises Failure with the notebook, the cell's first line and the error."""
    copied = copy.deepcopy(notebook)
    for cell in copied.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    path = Path(path)
    progress = Progress(path.stem, sum(cell.cell_type == "code" and bool(cell.source.strip()) for cell in copied.cells), stream)
    progress.start()
    client = Client(copied, path.parent, progress)
    word = "failed"
    with tempfile.TemporaryFile() as log, tempfile.TemporaryDirectory() as kept:
        try:
            # What a notebook keeps for its next session would not be computed in this run.
            os.environ["CASEBOOK_KEPT"] = kept
            guarded(run(client, log, progress))
            word = "done"
        except CellExecutionError as error:
            text = ANSI.sub("", "\n".join(traceback(copied) or [f"{error.ename}: {error.evalue}"]))
            raise Failure(f"{path.name}, in the cell that begins\n    {progress.line}\nfailed:\n{text.strip()}") from None
        except CellTimeoutError:
            raise Failure(f"{path.name}, in the cell that begins\n    {progress.line}\nstill ran after {cell_hours() * 60} minutes") from None
        except (DeadKernelError, RuntimeError) as error:
            if isinstance(error, RuntimeError) and "ernel" not in str(error):
                raise
            where = f"in the cell that begins\n    {progress.line}\nthe Java kernel ended" if progress.done else "the Java kernel did not start"
            raise Failure(f"{path.name}: {where} (out of memory? ./casebook doctor looks at this machine)\n{tail(log)}".rstrip()) from None
        except Stopped:
            word = "interrupted"
            raise
        finally:
            progress.end(word)
    tidy(copied)
    return copied


def traceback(notebook):
    """What the last cell that failed printed of its error."""
    for cell in reversed(notebook.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "error" and output.get("traceback"):
                return output.traceback
    return None


def tidy(notebook):
    """Leaves in the notebook only what is the same at every run of the same code."""
    notebook.metadata["kernelspec"] = dict(KERNELSPEC)
    notebook.metadata["language_info"] = dict(LANGUAGE)
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            output.pop("transient", None)


def save(path, notebook, read_text):
    """Writes the notebook whole or not at all, unless somebody changed it since it was read; says whether it did."""
    path = Path(path)
    text = nbformat.writes(notebook, version=nbformat.NO_CONVERT)
    text = text if text.endswith("\n") else text + "\n"
    sweep(path)
    if path.read_text(encoding="utf-8") != read_text:
        return False
    if text != read_text:
        put(path, text, path.stat().st_mode & 0o777)
    return True
