"""The wire of provenance: where an item comes from in the end, for hotlines that exchange with one another.

In: values from the bank, or parts of an entry from the network. Out: JSON values, or checked ones. Next:
`wire`, which puts them beside an entry. Pure.

A root is one submission: the installation at which it was made, that installation's name for it, and the way
it took, the origin first and whoever tells of it last. `gone` names what its origin has withdrawn.
"""

import re
from dataclasses import dataclass
from typing import Final, cast

from typing_extensions import TypedDict

from repit.foundation.errors import WireRefused

MAX_ROOTS: Final = 1_000
MAX_HOPS: Final = 16
_INSTALLATION: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TOKEN: Final = re.compile(r"[\w\-]{1,64}", re.ASCII)

Gone = tuple[str, str]
"""(installation, its name for the submission)."""


@dataclass(frozen=True, slots=True)
class SharedRoot:
    """One submission that stands: `path` begins with `installation` and passes none twice."""

    installation: str
    token: str
    path: tuple[str, ...]

    def __post_init__(self) -> None:
        _named(self.installation, self.token)
        if not 1 <= len(self.path) <= MAX_HOPS or self.path[0] != self.installation:
            raise WireRefused(detail="a way that does not begin at its origin, or is too long")
        if len(set(self.path)) != len(self.path) or not all(map(_INSTALLATION.fullmatch, self.path)):
            raise WireRefused(detail="a way that goes in a circle, or through what has no name")


class GoneOut(TypedDict):
    """A submission that its origin has withdrawn."""

    installation: str
    token: str


class RootOut(GoneOut):
    """A submission that stands, and the way it took."""

    path: list[str]


def roots_out(roots: tuple[SharedRoot, ...]) -> list[RootOut]:
    """As JSON values."""
    return [{"installation": r.installation, "token": r.token, "path": list(r.path)} for r in roots]


def gone_out(gone: tuple[Gone, ...]) -> list[GoneOut]:
    """As JSON values."""
    return [{"installation": installation, "token": token} for installation, token in gone]


def roots_in(value: object) -> tuple[SharedRoot, ...]:
    """Raises `WireRefused`."""
    found = []
    for source in _objects(value):
        path = source.get("path")
        if not isinstance(path, list) or not all(isinstance(name, str) for name in path):
            raise WireRefused(detail="a way is not a list of names")
        installation, token = _text(source, "installation"), _text(source, "token")
        found.append(SharedRoot(installation, token, tuple(cast(list[str], path))))
    return tuple(found)


def gone_in(value: object) -> tuple[Gone, ...]:
    """Raises `WireRefused`."""
    return tuple(_named(_text(source, "installation"), _text(source, "token")) for source in _objects(value))


def _named(installation: str, token: str) -> Gone:
    if not _INSTALLATION.fullmatch(installation) or not _TOKEN.fullmatch(token):
        raise WireRefused(detail="an installation or a submission without a name")
    return installation, token


def _objects(value: object) -> list[dict[str, object]]:
    if not isinstance(value, list) or len(value) > MAX_ROOTS:
        raise WireRefused(detail="provenance is not a list, or a very long one")
    if not all(isinstance(source, dict) for source in value):
        raise WireRefused(detail="provenance holds something else than objects")
    return cast(list[dict[str, object]], value)


def _text(source: dict[str, object], name: str) -> str:
    value = source.get(name)
    if not isinstance(value, str):
        raise WireRefused(detail=f"{name} is not text")
    return value
