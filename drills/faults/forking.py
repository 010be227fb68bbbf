"""Runs commands of `repit` in children of a process that has loaded them: one JSON value a line, in and out.

In: `{"words": […], "environ": {…}}`. Out: `{"code", "out", "err"}`. Next: `world.Terminal`.
"""

import json
import os
import sys
import tempfile
from typing import IO, Any

import django  # noqa: F401 - loaded once, for every child

from repit import cli


def _child(asked: dict[str, Any], out: IO[bytes], err: IO[bytes]) -> None:
    os.environ.clear()
    os.environ.update(asked["environ"])
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    sys.argv = ["repit", *asked["words"]]
    code: int | str | None = 0
    try:
        cli.main()
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001 - shown as Python shows it
        sys.excepthook(*sys.exc_info())
        code = 99
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)


def main() -> None:
    """Until the input ends."""
    for line in sys.stdin:
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = os.fork()
            if not child:
                _child(json.loads(line), out, err)
            _, status = os.waitpid(child, 0)
            out.seek(0)
            err.seek(0)
            announced = {
                "code": os.waitstatus_to_exitcode(status),
                "out": out.read().decode(errors="replace"),
                "err": err.read().decode(errors="replace"),
            }
            sys.stdout.write(json.dumps(announced) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
