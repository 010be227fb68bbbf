"""Runs commands of `repit` in children of a process that has loaded them: one JSON value a line, in and out.

In: `{"words": […], "environ": {…}}`; `folder`: where; `program`: a file of Python that is run in place of
`repit`. Out: `{"code", "out", "err"}`. Next: `world.Terminal`, and `terminal` of the tests.
"""

import importlib
import json
import os
import runpy
import sys
import tempfile
from pathlib import Path
from typing import IO, Any, Final

from repit import cli

# What every command loads next, and what needs no settings: loaded once, for every child.
_LOADED: Final = (
    "cryptography.x509",
    "django.core.management",
    "django.db.backends.sqlite3.base",
    "django.db.migrations.executor",
    "django.forms",
    "django.http",
    "django.template",
    "django.urls",
    "httpx2",
    "nacl",
    "pydantic",
)


def _child(asked: dict[str, Any], out: IO[bytes], err: IO[bytes]) -> None:
    os.environ.clear()
    os.environ.update(asked["environ"])
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    os.chdir(asked.get("folder") or ".")
    program = asked.get("program")
    sys.argv = [program or "repit", *asked["words"]]
    code: int | str | None = 0
    try:
        if program:
            sys.path.insert(0, str(Path(program).parent))
            runpy.run_path(program, run_name="__main__")
        else:
            cli.main()
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001 - shown as Python shows it
        sys.excepthook(*sys.exc_info())
        code = 99
    # As any process ends, closing what it has open: a database that nobody closed keeps files beside it.
    sys.exit(code)


def main() -> None:
    """Until the input ends."""
    for name in _LOADED:
        importlib.import_module(name)
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
