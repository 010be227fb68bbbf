"""A file of hashes into the bank.

In: lines, each `{"media", "kind", "hashes": [{"algorithm", "value", "quality", "role"}], "moments"}` (those
last of a video, in base64; or instead `vpdq`, a list of vPDQ's features), or for pictures simply a PDQ hash
in hexadecimal digits and, behind a comma, its quality (0 where it is not said: the hash is kept and never
published). Out: counts; lines that cannot be read, by number and reason. Next: `repit bank import`. One bad
line never stops the rest.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from repit.foundation import videos
from repit.foundation.errors import InputRefused, Text
from repit.foundation.hashes import MAX_HASHES, Algorithm, Hash, Kind, Media, Role
from repit.hotline.bank import bulk
from repit.hotline.bank.bulk import Loaded
from repit.hotline.bank.types import Submission

ACTOR: Final = "import"
MAX_LINE: Final = 1_000_000 + videos.MOST_SIGNS
_KEPT_REASONS: Final = 100


class _Hash(BaseModel):
    model_config = ConfigDict(extra="forbid")
    algorithm: Algorithm
    value: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{32,64}$")]
    quality: Annotated[int, Field(ge=0, le=100, strict=True)] | None = None
    role: Role = "whole"


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")
    media: Media = "picture"
    kind: Kind | None = None
    hashes: Annotated[list[_Hash], Field(min_length=1, max_length=MAX_HASHES)]
    moments: str = ""
    vpdq: list[str] | None = None


@dataclass
class RejectedLines:
    """Lines that were rejected: how many, the first of them by number and reason, never their content."""

    count: int = 0
    first: list[tuple[int, str]] = field(default_factory=list)

    def add(self, number: int, reason: str) -> None:
        """Note one."""
        self.count += 1
        if len(self.first) < _KEPT_REASONS:
            self.first.append((number, reason))


def load(
    lines: Iterable[str],
    rejected: RejectedLines,
    *,
    kind: Kind,
    publish: bool,
    origin: str | None,
    reason: str,
) -> Iterator[Loaded]:
    """Take a file's lines in; after each transaction, what it brought. `kind` holds where a line has none."""
    read = _read(lines, rejected, kind)
    return bulk.load(read, actor=ACTOR, reason=reason, publish=publish, origin=origin)


def _read(lines: Iterable[str], rejected: RejectedLines, kind: Kind) -> Iterator[Submission]:
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        try:
            yield _submission(text, kind)
        except (InputRefused, ValidationError, ValueError, RecursionError) as error:
            rejected.add(number, _why(error))


def _submission(text: str, kind: Kind) -> Submission:
    if len(text) > MAX_LINE:
        raise ValueError
    if text.startswith("{"):
        line = _Line.model_validate(json.loads(text))
    else:
        value, _, quality = text.partition(",")
        line = _Line(hashes=[_Hash(algorithm="pdq", value=value.strip(), quality=int(quality or 0))])
    hashes = tuple(
        Hash(hash_.algorithm, hash_.role, bytes.fromhex(hash_.value), hash_.quality) for hash_ in line.hashes
    )
    if line.moments and line.vpdq:
        raise InputRefused(
            Text(
                "A video comes with its moments or with vPDQ’s features, not with both.",
                "Une vidéo vient avec ses moments ou avec les descripteurs de vPDQ, pas avec les deux.",
            )
        )
    moments = videos.of_vpdq(json.dumps(line.vpdq)) if line.vpdq else videos.of_text(line.moments)
    return Submission(line.media, line.kind or kind, hashes, moments)


def _why(error: Exception) -> str:
    if isinstance(error, InputRefused):
        return error.message.en
    if isinstance(error, ValidationError):
        return ", ".join(
            ".".join(map(str, fault["loc"])) + ": " + fault["type"] for fault in error.errors()[:3]
        )
    return "not in a form that is read"
