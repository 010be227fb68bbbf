"""Advisories on Python parts, from the JSON pages of the index that pip is set up for.

In: names and versions. Out: an `Answer`. Next: `audit`. The standard index lists the advisories of each
release (`/pypi/NAME/VERSION/json`, member `vulnerabilities`, from the PyPA's advisory database); a mirror may
or may not. The index's address may hold a password: it is never shown.
"""

import os
import ssl
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import httpx2
from audit_words import Answer, Known
from pip._internal.models.index import PyPI

CONTROL: Final = ("jinja2", "2.4.1")
"""Has had advisories since 2014."""
_AT_ONCE: Final = 8
_NAMES: Final = ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL")
_WHAT: Final = "Python"
_NO_DATA: Final = (
    "this index tells of no advisories (it was asked about a release that has had one since 2014)."
)


def asked(parts: Sequence[tuple[str, str]]) -> Answer:
    """Ask about each part, if the index knows anything at all."""
    base = index().rstrip("/").removesuffix("/simple") + "/pypi"
    verify = ssl.create_default_context()
    with httpx2.Client(timeout=30, follow_redirects=True, verify=verify) as client:
        if not _release(client, base, *CONTROL):
            return Answer(_WHAT, 0, (), _NO_DATA)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            answers = list(pool.map(lambda part: _release(client, base, *part), parts))
    silent = [f"{name} {version}" for (name, version), got in zip(parts, answers, strict=True) if got is None]
    found = [advisory for got in answers for advisory in got or ()]
    return Answer(
        _WHAT, len(parts) - len(silent), found, f"no answer on {', '.join(silent)}." if silent else ""
    )


def index() -> str:
    """The simple index that pip would ask: by the environment, by its files, or its own."""
    for name in _NAMES:
        if os.environ.get(name):
            return os.environ[name]
    command = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.strip() or PyPI.simple_url


def _release(client: httpx2.Client, base: str, name: str, version: str) -> list[Known] | None:
    """The advisories of one release; None where the index does not say."""
    try:
        answer = client.get(f"{base}/{name}/{version}/json")
        listed: Any = answer.json()["vulnerabilities"] if answer.status_code == httpx2.codes.OK else None
        return (
            None
            if listed is None
            else [_known(name, version, advisory) for advisory in listed if _stands(advisory)]
        )
    except (httpx2.HTTPError, ValueError, LookupError, TypeError, AttributeError):
        return None


def _stands(advisory: dict[str, Any]) -> bool:
    return not advisory.get("withdrawn")


def _known(name: str, version: str, entry: dict[str, Any]) -> Known:
    return Known(name, version, entry["id"], entry.get("aliases") or (), entry.get("fixed_in") or ())
