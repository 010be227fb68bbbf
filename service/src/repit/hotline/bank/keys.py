"""The bank's keys that can be destroyed: two for each item, one for each letter, one for each way of finding.

In: items. Out: slots in files outside the database, and the keys in them. Next: `sealed`, `lookups`,
`letters`, `erasing`.

What an item's hashes say opens with the operator's key and one of the item's own two: `NAMED` for those that
some exchange needs to say what is to be forgotten, `KEPT` for all others. Wiping a key takes what it sealed
out of the database, its replicas and every backup at once, whatever a disk has left of the rows.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from django.conf import settings

from repit.foundation.key_pool import KEY_BYTES, KeyPool
from repit.hotline.bank.models import Item, Letter, LookupKey
from repit.hotline.bank.states import LIVE

NAMED, KEPT = range(2)
ITEMS: Final = "items"
LETTERS: Final = "letters"
LOOKUPS: Final = "lookups"
FILES: Final = (ITEMS, LETTERS, LOOKUPS)
GONE: Final = bytes(KEY_BYTES)

Pair = tuple[bytes, bytes]
"""The two keys of an item; zeros where one was destroyed."""
NONE: Final[Pair] = (GONE, GONE)
MISSING: Final[Pair] = (b"", b"")
"""Of an item whose row leads to no keys: nothing opens, and nothing says that they were destroyed."""


def pool(name: str) -> KeyPool:
    """One of the files, each of slots of its own."""
    return KeyPool(Path(settings.REPIT_BANK_KEYS) / name, 2 if name == ITEMS else 1)


def make_ready() -> None:
    """See that the files are there: made for a database that names no slot yet. Raises `SettingsRefused`
    where rows name slots and their file is missing."""
    named = _highest()
    # What must be there is looked for first: of a folder that is away nothing is made anew in its place.
    for name, highest in named.items():
        if highest is not None:
            pool(name).find([highest])
    for name, highest in named.items():
        if highest is None:
            pool(name).begin()


def begin_anew() -> None:
    """Make files where some are missing, though rows name slots of them: for an operator who says that they
    are lost for good."""
    for name in FILES:
        pool(name).begin()


def reach_everything() -> None:
    """Raises `SettingsRefused` where rows name slots that their file does not reach."""
    for name, highest in _highest().items():
        pool(name).read([] if highest is None else [highest])


def draw(count: int) -> list[tuple[int, Pair]]:
    """Slots for so many new items, with their keys. Drawn without the feed's lock, they are looked at again
    under it (`still_free`): two may draw the same. Raises `SettingsRefused`."""
    file = pool(ITEMS)
    slots = file.draw(count, lambda some: _named(Item.objects.filter(slot__in=some).values_list("slot")))
    return list(zip(slots, map(_pair, file.read(slots)), strict=True))


def still_free(drawn: Mapping[int, Pair]) -> set[int]:
    """Of slots that were drawn, those that nobody has taken or wiped since; under the feed's lock."""
    slots = list(drawn)
    taken = set(Item.objects.filter(slot__in=slots).values_list("slot", flat=True))
    held = zip(slots, map(_pair, pool(ITEMS).read(slots)), strict=True)
    return {slot for slot, pair in held if slot not in taken and pair == drawn[slot]}


def of(items: Iterable[Item]) -> dict[int, Pair]:
    """The keys of items, by the items' own keys: `NONE` for an erased one, `MISSING` where a damaged row
    leads to none. Raises `SettingsRefused` where their file is missing."""
    found, held = dict[int, Pair](), list[tuple[int, int]]()
    for item in items:
        if item.slot is None:
            found[item.pk] = MISSING if item.state in LIVE else NONE
        else:
            held.append((item.pk, item.slot))
    raws = pool(ITEMS).find([slot for _, slot in held])
    found.update({key: _pair(raw) for (key, _), raw in zip(held, raws, strict=True)})
    return found


def missing(items: Collection[Item]) -> bool:
    """Whether all of these name slots that the file of keys does not reach."""
    return bool(items) and all(pair == MISSING for pair in of(items).values())


def wipe(slots: Sequence[int], only_kept: bool = False) -> None:
    """Destroy keys of items: both, or those of what no exchange needs any more. May be repeated. A slot that
    a damaged row names and no file reaches holds nothing to destroy."""
    file = pool(ITEMS)
    file.wipe(file.within(slots) if slots else (), KEPT if only_kept else NAMED)


def draw_for_letters(count: int) -> list[tuple[int, bytes]]:
    """Slots for letters, each with its key. Several may draw at once: rows are unique by slot."""
    file = pool(LETTERS)
    slots = file.draw(count, lambda some: _named(Letter.objects.filter(slot__in=some).values_list("slot")))
    return list(zip(slots, file.read(slots), strict=True))


def draw_for_lookups() -> int:
    """A slot for a further way of finding; under the feed's lock."""
    file = pool(LOOKUPS)
    [slot] = file.draw(1, lambda some: _named(LookupKey.objects.filter(slot__in=some).values_list("slot")))
    return slot


def _named(rows: Iterable[tuple[int | None]]) -> Collection[int]:
    return [slot for (slot,) in rows if slot is not None]


def _pair(raw: bytes) -> Pair:
    return raw[:KEY_BYTES], raw[KEY_BYTES:]


def _highest() -> dict[str, int | None]:
    """The highest slot that rows name, for each file."""
    return {
        ITEMS: Item.objects.filter(slot__isnull=False)
        .order_by("-slot")
        .values_list("slot", flat=True)
        .first(),
        LETTERS: Letter.objects.order_by("-slot").values_list("slot", flat=True).first(),
        LOOKUPS: LookupKey.objects.order_by("-slot").values_list("slot", flat=True).first(),
    }
