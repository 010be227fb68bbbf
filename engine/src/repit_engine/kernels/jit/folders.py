"""Where compiled kernels are kept, so that every account can start and none runs code that others put there.

In: the environment, what the file system allows. Out: folders to read from, folders to write to. Next:
`kept`. Nothing here needs Numba.

In this order: `NUMBA_CACHE_DIR`; beside the package; `CACHE_DIRECTORY` (systemd.exec(5)); `XDG_CACHE_HOME` or
`~/.cache`; a private folder for temporary files. What is kept is read from all of them, so that an
installation warmed by root serves an account that may not write there, and written to the first that takes
it. Compiled code is run as it is found: a folder counts only where nobody but this account, root and whoever
owns the package can write.
"""

import hashlib
import logging
import os
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).parent
_PREFIX: Final = "repit-kernels-"
_OPEN_TO_OTHERS: Final = stat.S_IWGRP | stat.S_IWOTH
_DAY: Final = 86_400
_UNUSED: Final = 30 * _DAY
"""Kernels of another version go once nobody has loaded them for so long."""
_log = logging.getLogger("repit_engine.kernels")
_full: set[Path] = set()
_used: set[Path] = set()
_warned: set[str] = set()


@dataclass(frozen=True, slots=True)
class _Place:
    """A folder of ours below one that is there or can be made."""

    below: Path
    mode: int = 0o755
    """Readable by all, so that root can fill it for others: what is compiled is no secret."""
    private: bool = False
    in_package: bool = False

    @property
    def folder(self) -> Path:
        account = f"{os.geteuid()}-" if self.private else ""
        return self.below / f"{_PREFIX}{account}{sys.implementation.cache_tag}-{_sources()}"


def to_read() -> Iterator[Path]:
    """The folders that may hold compiled kernels, the likeliest first."""
    return (place.folder for place in _places() if _is_held(place))


def to_write() -> Iterator[Path]:
    """Folders to keep a compiled kernel in, the best first; made as they are asked for."""
    return (place.folder for place in _places() if place.folder not in _full and _made(place))


def did_not_take(folder: Path) -> None:
    """It is read-only, full or over its quota: try the next from now on."""
    _full.add(folder)


def keep_no_more() -> None:
    """Read what is kept, write nothing from now on: this process may be taken over."""
    _full.update(place.folder for place in _places())
    _warned.add("nowhere")


def say_that_nothing_is_kept() -> None:
    """Once a process."""
    if "nowhere" not in _warned:
        _warned.add("nowhere")
        _log.warning(
            "Compiled code cannot be kept: no folder takes it, so that every start compiles again and takes "
            "a minute more. Run `repit-hash --warm` as the owner of the installation, or set NUMBA_CACHE_DIR "
            "to a folder that this account owns."
        )


@cache
def _places() -> tuple[_Place, ...]:
    if not _sources():
        return ()
    places = []
    if given := os.environ.get("NUMBA_CACHE_DIR"):
        places.append(_Place(Path(given).absolute()))
    places.append(_Place(_PACKAGE / "__pycache__", in_package=True))
    if given := os.environ.get("CACHE_DIRECTORY", "").split(":")[0]:
        places.append(_Place(Path(given).absolute()))
    if (own := _own_cache()) is not None:
        places.append(_Place(own, mode=0o700))
    with suppress(OSError):
        places.append(_Place(Path(tempfile.gettempdir()), mode=0o700, private=True))
    return tuple(places)


def _own_cache() -> Path | None:
    """The account's folder for caches (XDG Base Directory Specification); none in a home that is another's,
    as under sudo.
    """
    given = os.environ.get("XDG_CACHE_HOME", "")
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - an account without a home is no error here
    above = Path(given) if given.startswith("/") else home / ".cache"
    try:
        owner = (above if above.exists() else home).stat().st_uid
    except OSError:
        return None
    return above / "repit" if above.is_absolute() and owner == os.geteuid() else None


@cache
def _sources() -> str:
    """A digest of every kernel's source: one is compiled into another, so that all stand or fall together.
    Empty where there are no sources to tell versions apart by.
    """
    digest, files = hashlib.sha256(), sorted(_PACKAGE.glob("*.py"))
    try:
        for file in files:
            digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    except OSError:
        return ""
    return digest.hexdigest()[:16] if files else ""


def _made(place: _Place) -> bool:
    try:
        place.below.mkdir(mode=place.mode, parents=True, exist_ok=True)
        place.folder.mkdir(mode=place.mode)
        _clear(place)
    except FileExistsError:
        pass
    except OSError:
        return False
    return _is_held(place)


def _is_held(place: _Place) -> bool:
    """Whether nobody else can put code there, nor put another folder in its place."""
    try:
        found, above = place.folder.lstat(), place.below.stat()
        package = _PACKAGE.stat()
    except OSError:
        return False
    if not stat.S_ISDIR(found.st_mode):
        return False
    owners = {0, os.geteuid()}
    if place.in_package:
        # As good as the source beside it, which whoever can write there could change as well.
        owners.add(package.st_uid)
        if all(_no_more_open(each, package) for each in (found, above)):
            return {found.st_uid, above.st_uid} <= owners
    closed = above.st_uid in owners and not above.st_mode & _OPEN_TO_OTHERS
    shared = above.st_uid in owners and bool(above.st_mode & stat.S_ISVTX)
    return found.st_uid in owners and not found.st_mode & _OPEN_TO_OTHERS and (closed or shared)


def _no_more_open(folder: os.stat_result, package: os.stat_result) -> bool:
    same_group = folder.st_gid == package.st_gid or not folder.st_mode & stat.S_IWGRP
    return same_group and not folder.st_mode & _OPEN_TO_OTHERS & ~package.st_mode


def _clear(place: _Place) -> None:
    """Remove kernels of versions that nobody runs any more; called as those of a new one come."""
    account = f"{os.geteuid()}-" if place.private else ""
    with suppress(OSError):
        for other in place.below.glob(f"{_PREFIX}{account}{sys.implementation.cache_tag}-*"):
            if other != place.folder and time.time() - other.stat().st_mtime > _UNUSED:
                shutil.rmtree(other, ignore_errors=True)


def used() -> list[Path]:
    """Where this process has loaded kernels from, or kept them."""
    return sorted(_used)


def mark_used(folder: Path) -> None:
    """Note that kernels were loaded from there or are kept there; on the disk once a day at most."""
    if folder in _used:
        return
    _used.add(folder)
    with suppress(OSError):
        if time.time() - folder.stat().st_mtime > _DAY:
            os.utime(folder)
