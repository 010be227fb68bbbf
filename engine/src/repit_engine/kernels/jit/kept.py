"""Compiled kernels on disk: Numba's form of them, in folders of our choice, one file a kernel and kind.

In: a kernel, the kinds of its arguments, this processor. Out: what was compiled before, or None. Next:
`compiled`.

Numba's own cache ends a process that has no folder to write to (numba/core/caching.py: "no locator
available"), compiles again for whoever may only read, takes no notice when a kernel that is compiled into
another changes, and numbers the files of one kernel in an index that two processes overwrite for one
another. Here a file is named after all that its code depends on, processor included, so that none is taken
for another.
"""
# mypy: disable-error-code="no-untyped-call"

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numba
from numba.core.caching import CompileResultCacheImpl, IndexDataCacheFile

from repit_engine.kernels.jit import folders


class _Form(CompileResultCacheImpl):
    """How Numba writes and reads what it compiled, without its choice of a folder."""

    def __init__(self) -> None:
        """Nothing is looked for."""


_FORM = _Form()


class Kept:
    """The cache of one kernel, as Numba's dispatcher asks it."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._name = f"{Path(function.__code__.co_filename).stem}.{function.__qualname__}"

    @property
    def cache_path(self) -> str:
        """The folder that is asked first; empty where there is none."""
        return str(next(folders.to_read(), ""))

    def load_overload(self, signature: Any, target: Any) -> Any:
        """What was compiled for these kinds of arguments and this processor, or None. Never raises for what
        is on the disk.
        """
        target.refresh()
        key = _key(signature, target.codegen())
        for folder in folders.to_read():
            file = self._file(folder, key)
            try:
                found = file.load(key)
                if found is not None:
                    folders.mark_used(folder)
                    return _FORM.rebuild(target, found)
            except Exception:  # noqa: BLE001 - a file cut short makes Numba raise anything
                with suppress(OSError):
                    file.flush()
        return None

    def save_overload(self, signature: Any, compiled: Any) -> None:
        """Keep it in the first folder that takes it; go on without where none does."""
        if compiled.library.has_dynamic_globals:
            return
        key = _key(signature, compiled.codegen)
        for folder in folders.to_write():
            try:
                self._file(folder, key).save(key, _FORM.reduce(compiled))
            except OSError:
                folders.did_not_take(folder)
            else:
                folders.mark_used(folder)
                return
        folders.say_that_nothing_is_kept()

    def enable(self) -> None:
        """It always is."""

    def disable(self) -> None:
        """As `enable`."""

    def flush(self) -> None:
        """Files that are not asked for go with time (`folders`)."""

    def _file(self, folder: Path, key: tuple[str, ...]) -> IndexDataCacheFile:
        digest = hashlib.sha256("\0".join(key).encode()).hexdigest()[:20]
        return IndexDataCacheFile(str(folder), f"{self._name}-{digest}", source_stamp=digest)


def _key(signature: Any, codegen: Any) -> tuple[str, ...]:
    """Beside the sources, after which the folder is named: kinds of arguments, processor, Numba. Raises
    `TypeError` for a function among the arguments: its kind is its place in memory, which no other start has,
    so that each would compile it and fill the disk.
    """
    if any(isinstance(kind, numba.types.Callable) for kind in signature):
        raise TypeError("A kernel is handed another: write it out, or have it chosen outside.")
    return (str(signature), *map(str, codegen.magic_tuple()), numba.__version__)
