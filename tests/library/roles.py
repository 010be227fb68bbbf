"""Under which settings tests run: a hotline's, a gate's, or those of one process that is both.

In: paths as pytest is given them. Out: the role under which they run. Next: conftest.py, which gives Django
its settings; tools/test, which runs each role in processes of its own and prints which.

So a test of a gate fails if it needs a hotline's table, page, template or middleware. What starts
installations of its own, or has no Django, runs under any role.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
ROLES: Final = ("hotline", "gate", "both")
ANY: Final = frozenset[str]()
EACH: Final = frozenset({"hotline", "gate"})

# The longest path that fits says it. Where there are two roles, tests run under each of them.
UNDER: Final[dict[str, frozenset[str]]] = {
    "engine/tests": ANY,
    "browser/tests": ANY,
    "tx/tests": ANY,
    "tests": ANY,
    "tests/storage": frozenset({"gate"}),
    "service/tests/backups": frozenset({"both"}),
    "service/tests/described": ANY,
    "service/tests/described/test_every_address_is_described.py": frozenset({"both"}),
    "service/tests/exchanges": frozenset({"hotline"}),
    "service/tests/exchanges/pulling/test_feedback.py": frozenset({"gate"}),
    "service/tests/faults": ANY,
    "service/tests/foundation": frozenset({"hotline"}),
    "service/tests/foundation/test_form_charsets.py": EACH,
    "service/tests/foundation/test_error_mapping.py": frozenset({"both"}),  # those of either wing
    "service/tests/foundation/test_jobs.py": frozenset({"gate"}),
    "service/tests/hotline": frozenset({"hotline"}),
    "service/tests/platform": frozenset({"gate"}),
    "service/tests/query_plans": frozenset({"hotline"}),
    "service/tests/query_plans/test_index_definitions.py": EACH,
    "service/tests/settings": ANY,
    "service/tests/settings/test_wing_processes.py": frozenset({"hotline"}),
    "service/tests/settings/test_settings.py": frozenset({"both"}),  # migrations of either wing
    "service/tests/stories": frozenset({"both"}),
    "service/tests/test_both_databases.py": ANY,
    "service/tests/upgrade": ANY,
}


class NoRole(Exception):
    """Its text says what to do."""


def settings_of(role: str) -> str:
    """The module that Django reads."""
    return f"repit.settings.test.{role}"


def of_file(file: Path) -> frozenset[str]:
    """The roles under which a file of tests runs; none where it runs under any. Raises `NoRole`."""
    name = os.path.relpath(file, ROOT)
    fitting = [path for path in UNDER if name == path or name.startswith(f"{path}/")]
    if not fitting:
        raise NoRole(f"{name}: tests/library/roles.py does not say under which settings it runs.")
    return UNDER[max(fitting, key=len)]


def of_paths(paths: Iterable[str]) -> list[frozenset[str]]:
    """The roles of everything at these paths, each once. Raises `NoRole`."""
    found = set[frozenset[str]]()
    for given in paths:
        path = Path(given.split("::", 1)[0]).resolve()
        found |= {of_file(file) for file in (_tests_in(path) if path.is_dir() else [path])}
    return sorted(found, key=sorted)


def _tests_in(folder: Path) -> Iterator[Path]:
    """Files of tests of ours: an environment, of whatever name, and what packages bring is passed by."""
    if any(_is_theirs(name) for name in Path(os.path.relpath(folder, ROOT)).parts):
        return
    for top, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not _is_theirs(name)]
        yield from (Path(top, name) for name in files if name.startswith("test_") and name.endswith(".py"))


def _is_theirs(name: str) -> bool:
    return name == "node_modules" or (name.startswith(".") and name != "..")


def needed(paths: Iterable[str]) -> list[str]:
    """What `--role` must be, run after run, so that every test at these paths runs under each of its roles;
    empty where one run without it does. Raises `NoRole`."""
    some = of_paths(paths)
    roles = [role for role in ROLES if any(role in under for under in some)]
    return [*roles, *["any"][: ANY in some]] if len(roles) > 1 else []


def chosen(paths: Iterable[str]) -> str | None:
    """The one role under which all these paths can run; None where they need none. Raises `NoRole`."""
    some = [under for under in of_paths(paths) if under]
    if not some:
        return None
    common = [role for role in ROLES if all(role in under for under in some)]
    if common:
        return common[0]
    roles = ", ".join(role for role in ROLES if any(role in under for under in some))
    raise NoRole(
        "Tests run under the settings of the role that they test, and these paths hold tests of several"
        f" ({roles}). Name one with --role, which leaves out the others; or run `make test ARGS=…`, which"
        " runs each under its own."
    )


def left_out(path: Path, role: str) -> bool:
    """Whether a file, or all of a folder, is of other roles than the one that was named."""
    some = of_paths([str(path)])
    return bool(some) and all(role not in under if under else role != "any" for under in some)


if __name__ == "__main__":
    existing = [given for given in sys.argv[1:] if Path(given.split("::", 1)[0]).exists()]
    print("\n".join(needed(existing or [str(ROOT / path) for path in UNDER])))  # noqa: T201
