"""What people let pass at this platform, and at no other: pictures, or one very file.

In: a decided review with the signature of what was looked at. Out: rows; what the policy and the inspection
need of them, read at most once a second. Next: `inspection`; a supervisor, who takes it back.

A row ends with its review, after a year, when a supervisor says so, or when people look again and refuse.
"""

import threading
from collections.abc import Collection
from contextlib import suppress
from typing import Final

from django.db import Error as DatabaseError

from repit.foundation.clock import elapsed, now
from repit.foundation.errors import SealBroken
from repit.foundation.sealing import Place, operator
from repit.platform.gate.pictures import Signature
from repit.platform.gate.verdict import Here, LetGoPicture
from repit.platform.review.models import LetGo, Review

_FRESH_SECONDS: Final = 1.0
_PURPOSE: Final = "let go"


def sealed(review: str, signature: Signature) -> bytes:
    """The signature of the upload at hand, for the review of this name."""
    return operator(_PURPOSE).seal(signature.packed(), _place(review))


def add(review: Review, items: Collection[str], exact: Collection[str]) -> None:
    """Let the picture of a review go; of `exact` items the very file as well."""
    LetGo.objects.create(
        review=review,
        name=review.name,
        at=now(),
        items=sorted(items),
        exact=sorted(exact),
        sealed=review.signature,
    )
    forget_memory()


def add_file(review: Review) -> None:
    """Let go of the very file that the gate had refused, and of nothing else."""
    decision = review.decision
    row = {"review": review, "at": now(), "file": decision.file, "items": sorted(decision.sources())}
    LetGo.objects.update_or_create(name=review.name, defaults=row)
    forget_memory()


def end_for(item: str) -> None:
    """People have looked again, and refuse: no picture that was let go with this item is any more.

    A file that was let go by itself is another upload than the one that they saw.
    """
    for row in LetGo.objects.filter(file=""):
        if item in row.items:
            row.delete()
    forget_memory()


def end_for_file(file: str) -> None:
    """People refuse this very file: whatever was said of it before holds no longer."""
    if file and LetGo.objects.filter(file=file).delete()[0]:
        forget_memory()


def refuse_again(name: str) -> bool:
    """A supervisor takes back what was let go by the review of this name; whether there was anything."""
    taken = bool(LetGo.objects.filter(name=name).delete()[0])
    forget_memory()
    return taken


def rows() -> list[LetGo]:
    """Everything that passes here because people let it go, newest first."""
    return list(LetGo.objects.order_by("-at", "-pk"))


class _Memory:
    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._here, self._until = Here(), 0.0

    def here(self) -> Here:
        with self._turn:
            if elapsed() < self._until:
                return self._here
            # Without the database what was known a second ago holds.
            with suppress(DatabaseError):
                self._here = _read(self._here)
            self._until = elapsed() + _FRESH_SECONDS
            return self._here

    def forget(self) -> None:
        with self._turn:
            self._until = 0.0


def _read(before: Here) -> Here:
    asked = Review.objects.exclude(about="").exclude(state="decided").values_list("about", flat=True)
    held = {picture.name: picture for picture in before.pictures}
    exact, pictures, files = set[str](), list[LetGoPicture](), dict[str, frozenset[str]]()
    columns = ("name", "items", "exact", "sealed", "file")
    for name, items, very, seal, file in LetGo.objects.values_list(*columns):
        exact.update(very)
        if file:
            files[file] = frozenset(items)
        if seal is None:
            continue
        with suppress(SealBroken):
            pictures.append(held.get(name) or _opened(name, items, bytes(seal)))
    return Here(frozenset(exact), frozenset(asked), tuple(pictures), files)


def _opened(name: str, items: Collection[str], seal: bytes) -> LetGoPicture:
    packed = operator(_PURPOSE).open(seal, _place(name))
    return LetGoPicture(name, Signature.unpacked(packed), frozenset(items))


_memory: Final = _Memory()


def here() -> Here:
    """What was let go here, and what people are asked about, as of a moment ago."""
    return _memory.here()


def forget_memory() -> None:
    """Have the next upload see what stands in the database."""
    _memory.forget()


def _place(review: str) -> Place:
    return Place("review_letgo", review, "signature")
