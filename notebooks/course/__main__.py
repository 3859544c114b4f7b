"""python -m course run | lab | copies | slides | handout | room: the launcher's other half."""
import argparse
import errno
import os
import sys
import time
from pathlib import Path

from . import ME


def run(words):
    parser = argparse.ArgumentParser(prog=f"{ME} run", description="Runs the notebooks and makes pages of them.")
    parser.add_argument("notebooks", nargs="*", metavar="NOTEBOOK", help="a notebook's number (02) or name; all without one")
    parser.add_argument("--full", action="store_true", help="the experiments' long settings instead of the quick ones")
    parser.add_argument("--save", action="store_true", help="write the outputs into the notebooks")
    options = parser.parse_args(words)
    os.environ["CASEBOOK_SETTING"] = "full" if options.full else "quick"

    from . import execute, notebooks
    try:
        chosen = notebooks.choose(options.notebooks)
    except notebooks.Unknown as unknown:
        print(unknown, file=sys.stderr)
        return 2
    if not chosen:
        print(f"There is no notebook in {notebooks.FOLDER}.", file=sys.stderr)
        return 1
    began = time.monotonic()
    executed, status = {}, 0
    try:
        for path in chosen:
            text = path.read_text(encoding="utf-8")
            executed[path] = execute.execute(path, notebooks.read(path))
            if options.save and not execute.save(path, executed[path], text):
                print(f"{path.name} was changed while it ran: its outputs are not written.", file=sys.stderr)
                status = 1
    except execute.Failure as failure:
        print(f"\n{failure}", file=sys.stderr)
        status = 1
    except execute.Stopped as stopped:
        print("Interrupted.", file=sys.stderr)
        return 128 + stopped.number

    from . import pages
    index = pages.write(executed)
    if status == 0:
        count = f"{len(executed)} notebooks" if len(executed) != 1 else "1 notebook"
        print(f"{count} in {time.monotonic() - began:.0f} s: {index}")
    return status


def main(words):
    if words[:1] == ["run"]:
        return run(words[1:])
    if words[:1] == ["lab"]:
        from . import lab
        return lab.lab(words[1:])
    if words[:1] == ["copies"]:
        from . import copies
        if len(words) > 2 or words[-1].startswith("-"):
            print(f"{ME} copies takes one folder at most.", file=sys.stderr)
            return 2
        copies.make(Path(words[1]).absolute() if words[1:] else copies.place())
        return 0
    if words == ["room"]:
        from . import room
        return room.look()
    if words[:1] == ["slides"]:
        from . import slides
        return slides.main(words[1:])
    if words[:1] == ["handout"]:
        from . import handout
        return handout.main(words[1:])
    print("python -m course run | lab | copies | slides | handout | room", file=sys.stderr)
    return 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        what = "The disk is full" if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)) else error.strerror or str(error)
        print(f"{what} ({error.filename}): put that right and run the command again.", file=sys.stderr)
        sys.exit(1)
