"""Files that everyone has seen, hashed on the operator's machine: pictures and videos.

In: paths. Out: PDQ hashes of pictures in all orientations, those of the moments of videos as they are shown.
Next: `curation` puts them on the list (`widely_published`). A video is looked at in a child that opens
nothing, as at a gate.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from repit.foundation.errors import InputRefused, Text

if TYPE_CHECKING:
    from repit_engine.moments.watching import WatchingChild

_MIN_QUALITY: Final = 50
_NO_FILM: Final = ("not-a-video", "no-moving-picture")


@dataclass(frozen=True, slots=True)
class HashedFiles:
    """`pictures`: hashes of pictures; `moments`: of videos; `unseen`: names of videos that could be looked at
    only in part."""

    pictures: list[bytes] = field(default_factory=list)
    moments: list[bytes] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)


def hashed(files: Sequence[Path]) -> HashedFiles:
    """All of them, or none: raises `InputRefused` for the first that cannot be hashed."""
    from repit_engine.moments.watching import WatchingChild  # noqa: PLC0415 - loads numpy

    found = HashedFiles()
    with WatchingChild() as child:  # it starts with the first video
        for file in files:
            _add(found, file, child)
    return found


def _add(found: HashedFiles, file: Path, child: "WatchingChild") -> None:
    from repit_engine import EngineError, open_picture, orientations_of  # noqa: PLC0415 - loads the kernels

    try:
        hashes, quality = orientations_of(open_picture(file))
    except (EngineError, OSError) as error:
        _add_film(found, file, child, type(error).__name__)
        return
    if quality < _MIN_QUALITY:
        raise _refused(file, "quality")
    found.pictures.extend(hash_.raw for hash_ in hashes)


def _add_film(found: HashedFiles, file: Path, child: "WatchingChild", why: str) -> None:
    """`why` it is no picture, which is said where it is no video either."""
    from repit_engine.types import NotHashable  # noqa: PLC0415

    watched = child.moments(file)
    if isinstance(watched, NotHashable):
        raise _refused(file, why if watched.reason in _NO_FILM else watched.reason)
    if not len(watched.moments):
        raise _refused(file, "quality")
    found.moments.extend(row.tobytes() for row in watched.moments.whole)
    if watched.unseen is not None:
        found.unseen.append(file.name)


def _refused(file: Path, why: str) -> InputRefused:
    return InputRefused(
        Text(f"{file.name} cannot be hashed ({why}).", f"{file.name} : pas d’empreinte possible ({why})."),
        Text("Nothing was added. Leave this file out.", "Rien n’a été ajouté. Retirez ce fichier."),
    )
