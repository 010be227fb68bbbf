"""Of whom and what stories from case to opinion are told: pictures, persons, people at platforms."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import machines

from repit.foundation.hashes import Hash
from repit.foundation.staff.models import Member
from repit.hotline.bank.types import Submission
from repit.hotline.cases.casefile import Casefile
from repit.hotline.feeds.keys import Granted

SPREAD = 60
"""Seconds within which letters of cases reach the bank."""
ROLES = ("moderator", "senior", "senior", "senior")
NEIGHBOURS = ("other platform", "third platform", "fourth platform")


@dataclass(frozen=True)
class World:
    """What is there before any story: members of the gate's desk, its key at the hotline and the folder of
    its mirror, the review desks of other platforms."""

    members: list[Member]
    key: str
    folder: Path
    neighbours: list[Granted]


@dataclass(eq=False)
class Mine:
    """A person's case: which pictures it protects; None for what was taken back."""

    file: Casefile
    code: tuple[str, str]
    wants: list[int | None]
    ended: list[bool]
    """What the hotline's own people have withdrawn since: asked for again it would be another item."""

    def __repr__(self) -> str:
        return "Mine()"


def _hash(name: str, algorithm: Any = "pdq", role: Any = "whole") -> Hash:
    value = hashlib.sha256(name.encode()).digest()
    return Hash(algorithm, role, value, 90 if algorithm == "pdq" else None)


PICTURES = (
    Submission("picture", "intimate", (_hash("one"),)),
    Submission("picture", "deepfake", (_hash("family"), _hash("its side", role="anchored"))),
    Submission("file", "intimate", (_hash("film", "sha256"),)),
)

ISSUED: list[str] = []
"""The names by which cases know what they asked the bank for."""


def issued() -> str:
    ISSUED.append(machines.token())
    return ISSUED[-1]
