"""Files that are written whole or not at all."""
import glob
import os
from contextlib import suppress
from pathlib import Path


def put(path, content, mode=None):
    """Writes the file under another name first: whoever reads it finds the old one or the new one, also if this process is killed. What
    killed ones left is removed."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_bytes(content if isinstance(content, bytes) else content.encode())
        if mode is not None:
            part.chmod(mode)
        os.replace(part, path)
    except OSError as error:
        # The learner knows the file by its own name.
        raise OSError(error.errno, error.strerror, str(path)) from None
    finally:
        with suppress(OSError):
            part.unlink()


def sweep(path):
    """Removes the halves of this file that other processes, now dead, began to write: .NAME.PROCESS beside it."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*"):
        process = left.name.rpartition(".")[2]
        # Windows doesn't remove what a process has open.
        if process.isdecimal() and (os.name == "nt" or not alive(int(process))):
            with suppress(OSError):
                left.unlink()


def alive(process):
    """Whether a process with this number runs."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True
