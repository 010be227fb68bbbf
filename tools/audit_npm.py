"""Advisories on the browser package's parts, from the registry that npm is set up for.

In: the folder of a `package-lock.json`. Out: an `Answer`. Next: `audit`. npm itself asks (`npm audit`); a
registry that has no advisories refuses, or answers that there are none. So it is first asked about a release
that has had one for years.
"""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Final

from audit_words import Answer, Known

CONTROL: Final = ("minimist", "0.0.8")
"""Has had advisories since 2020."""
_WHAT: Final = "npm"
_NO_DATA: Final = (
    "this registry tells of no advisories (it was asked about a release that has had one since 2020)."
)


def asked(package: Path) -> Answer:
    """Ask about every part of the lock, if the registry knows anything at all."""
    locked = json.loads((package / "package-lock.json").read_text(encoding="utf-8"))
    versions = {
        path.rpartition("node_modules/")[2]: entry["version"]
        for path, entry in locked["packages"].items()
        if path.startswith("node_modules/")
    }
    with tempfile.TemporaryDirectory() as folder:
        control = _audit(_control(Path(folder)))
    if not control:
        return Answer(_WHAT, 0, (), _NO_DATA)
    listed = _audit(package)
    if listed is None:
        return Answer(_WHAT, 0, (), "the registry gave no answer on this lock.")
    found = [_known(name, versions.get(name, "?"), advisory) for name, advisory in _each(listed)]
    return Answer(_WHAT, len(versions), found)


def _audit(package: Path) -> dict[str, Any] | None:
    """What npm says of each part with an advisory; None where it could not ask."""
    command = ["npm", "audit", "--json", "--package-lock-only"]
    try:
        done = subprocess.run(command, cwd=package, capture_output=True, text=True, check=False)  # noqa: S603
        answer = json.loads(done.stdout)
    except (OSError, ValueError):
        return None
    listed: dict[str, Any] | None = answer.get("vulnerabilities")
    return listed


def _control(folder: Path) -> Path:
    name, version = CONTROL
    wants = {"name": "control", "version": "1.0.0", "dependencies": {name: version}}
    packages = {"": wants, f"node_modules/{name}": {"version": version}}
    lock = {
        "name": "control",
        "version": "1.0.0",
        "lockfileVersion": 3,
        "requires": True,
        "packages": packages,
    }
    (folder / "package.json").write_text(json.dumps(wants), encoding="utf-8")
    (folder / "package-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    return folder


def _each(listed: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The advisories themselves: `via` also names parts that only lead to one."""
    pairs = [(name, via) for name, entry in listed.items() for via in entry["via"] if isinstance(via, dict)]
    return sorted(pairs, key=lambda pair: (pair[0], str(pair[1].get("url"))))


def _known(name: str, version: str, advisory_entry: dict[str, Any]) -> Known:
    advisory = str(advisory_entry.get("url", "")).rpartition("/")[2] or str(advisory_entry.get("source", "?"))
    return Known(
        name,
        version,
        advisory,
        (),
        (f"a version outside {advisory_entry['range']}",) if "range" in advisory_entry else (),
    )
