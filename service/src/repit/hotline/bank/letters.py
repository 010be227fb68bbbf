"""What a case asks of the bank, put down so that the case and its items cannot be put side by side.

In: submissions and withdrawals, within the transaction of the case. Out: sealed rows of one length, some of
them empty; orders again. Next: `carrying`, which carries each out at a moment of its own.

Written at once, an item would share its transaction with its case, and its moment with the others of that
case: whoever has the disk, or follows the feed, could see what belongs together. So a case leaves letters:
each under a key of its own, wiped as soon as it is carried out; as many as the next power of two, so that
they cannot be counted; naming nothing that stands in a clear column anywhere. Moments of videos, which would
be too many, lie in pieces beside them, whether there are any or not (`parcels`). The case knows what it asked
for by a name that only a keyed digest of the bank leads on from (`claims`).

What is revocable lies here for an hour, and its empty letters with it. Nothing in the case says so in clear:
the case finds its letters by their names, which only the person's keys open (`revoking`).
"""

import json
import secrets
import struct
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from django.conf import settings
from django.db import IntegrityError, transaction

from repit.foundation.clock import now
from repit.foundation.errors import RepitError, SealBroken
from repit.foundation.hashes import Hash
from repit.foundation.ids import random_key
from repit.foundation.sealing import Place, operator_and
from repit.hotline.bank import keys, parcels, unreadable
from repit.hotline.bank.models import Letter
from repit.hotline.bank.parcels import Bundle, Packed, Packing
from repit.hotline.bank.types import Submission

LENGTH: Final = 1_800
"""Of what is sealed, so that rows stay short enough to lie in their table."""
FEWEST: Final = 4
HOUR: Final = timedelta(hours=1)
"""How long what is revocable lies."""
_HEAD: Final = struct.Struct(">16sHHH")
_ROOM: Final = LENGTH - _HEAD.size
_TRIES: Final = 5
TABLE: Final = "bank_letter"
PIECES: Final = "bank_parcel"

Wanted = Literal["protect", "let go", "nothing"]
"""Nothing: a letter that is there to be counted."""


@dataclass(frozen=True, slots=True, repr=False)
class Order:
    """One thing asked for: by which name, since when it is due. `slots`: the keys of its letters.
    `revocable`: it lies for an hour, and until then whoever asked may say that they did not mean it.
    `same_as`: the number of another order; of the two, one is carried out. `bundle`: pieces that lie beside
    its letters (`parcels`); `packed`: where in them the moments of its submission are, once it is opened."""

    number: bytes
    wanted: Wanted
    name: str
    actor: str
    due_at: datetime
    submission: Submission | None = None
    publish: bool = False
    reason: str = ""
    slots: tuple[int, ...] = field(default=())
    revocable: bool = False
    same_as: bytes = b""
    bundle: Bundle | None = None
    packed: Packed | None = None


def put(orders: Iterable[Order]) -> None:
    """Write letters, all within the caller's transaction. Raises `SettingsRefused`."""
    asked, packing = list(orders), Packing()
    packed = [
        packing.add(order.submission.moments) if order.submission and order.submission.moments else None
        for order in asked
    ]
    bundle = packing.write()
    pieces = [
        piece
        for order, there in zip(asked, packed, strict=True)
        for piece in _pieces(replace(order, bundle=bundle, packed=there))
    ]
    wanted = FEWEST
    while wanted < len(pieces):
        wanted *= 2
    while len(pieces) < wanted:
        pieces += _pieces(replace(_empty(asked), bundle=bundle))
    secrets.SystemRandom().shuffle(pieces)
    for tried in range(_TRIES):
        try:
            with transaction.atomic():
                Letter.objects.bulk_create(_sealed(pieces))
            return
        except IntegrityError:  # another took one of the same slots at the same moment
            if tried == _TRIES - 1:
                raise


def soon() -> datetime:
    """A moment by chance within the time in which things are carried out."""
    return now() + timedelta(seconds=settings.REPIT_SPREAD_SECONDS * secrets.randbelow(2**32) / 2**32)


def in_an_hour() -> datetime:
    """The same, an hour later."""
    return soon() + HOUR


def _empty(beside: Sequence[Order]) -> Order:
    """A letter that asks for nothing, and goes when those go beside which it lies: at their time, or with
    them when they are revoked."""
    if beside and beside[0].revocable:
        return Order(number(), "nothing", beside[0].name, "", in_an_hour(), revocable=True)
    return Order(number(), "nothing", "", "", soon())


def number() -> bytes:
    """By which the letters of one order are known to belong together."""
    return secrets.token_bytes(16)


def opened(rows: Sequence[Letter]) -> list[Order]:
    """The orders in these letters, of those that are there whole. Wiped ones say nothing, altered ones keep
    none of the others. Raises `SettingsRefused`."""
    found: dict[bytes, dict[int, tuple[Letter, bytes]]] = {}
    counts: dict[bytes, int] = {}
    raws = keys.pool(keys.LETTERS).find([row.slot for row in rows])
    for row, key in zip(rows, raws, strict=True):
        if key == keys.GONE:
            continue
        try:
            raw = operator_and("letter", key).open(row.sealed, _place(row.pk))
            mark, part, parts, length = _HEAD.unpack_from(raw)
        except (SealBroken, struct.error):
            unreadable.note_other(TABLE, row.pk)
            continue
        found.setdefault(mark, {})[part] = (row, raw[_HEAD.size : _HEAD.size + length])
        counts[mark] = parts
    orders = [_read(mark, some) for mark, some in found.items() if len(some) == counts[mark]]
    return [order for order in orders if order is not None]


def _read(mark: bytes, some: dict[int, tuple[Letter, bytes]]) -> Order | None:
    """The order in the letters of one mark; None where it says something that is not known here."""
    try:
        return _order(mark, {part: (row.slot, piece) for part, (row, piece) in some.items()})
    except (RepitError, ValueError, KeyError, TypeError):
        for row, _ in some.values():
            unreadable.note_other(TABLE, row.pk)
        return None


def _pieces(order: Order) -> list[bytes]:
    raw = json.dumps(_body(order), separators=(",", ":")).encode()
    cut = [raw[begin : begin + _ROOM] for begin in range(0, len(raw), _ROOM)]
    return [_HEAD.pack(order.number, part, len(cut), len(piece)) + piece for part, piece in enumerate(cut)]


def _sealed(pieces: Sequence[bytes]) -> list[Letter]:
    rows = []
    for piece, (slot, key) in zip(pieces, keys.draw_for_letters(len(pieces)), strict=True):
        row = Letter(id=random_key(), slot=slot)
        row.sealed = operator_and("letter", key).seal(piece.ljust(LENGTH, b"\0"), _place(row.id))
        rows.append(row)
    return rows


def _body(order: Order) -> dict[str, object]:
    submission = order.submission
    body: dict[str, object] = {
        "wanted": order.wanted,
        "name": order.name,
        "actor": order.actor,
        "due": order.due_at.isoformat(),
        "publish": order.publish,
        "reason": order.reason,
        "revocable": order.revocable,
        "same_as": order.same_as.hex(),
    }
    if order.bundle is not None:
        body["bundle"] = [order.bundle.name.hex(), order.bundle.pieces]
    if order.packed is not None:
        body["packed"] = [order.packed.begin, order.packed.length, order.packed.key.hex()]
    if submission is not None:
        hashes = [[s.algorithm, s.role, b64encode(s.value).decode(), s.quality] for s in submission.hashes]
        body.update(media=submission.media, kind=submission.kind, hashes=hashes)
    return body


def _order(mark: bytes, some: dict[int, tuple[int, bytes]]) -> Order:
    body = json.loads(b"".join(some[part][1] for part in sorted(some)))
    submission = None
    if "hashes" in body:
        hashes = tuple(Hash(a, role, b64decode(value), quality) for a, role, value, quality in body["hashes"])
        submission = Submission(body["media"], body["kind"], hashes)
    return Order(
        mark,
        body["wanted"],
        body["name"],
        body["actor"],
        datetime.fromisoformat(body["due"]),
        submission,
        body["publish"],
        body["reason"],
        tuple(slot for slot, _ in some.values()),
        body.get("revocable", False),
        bytes.fromhex(body.get("same_as", "")),
        _bundle(*body["bundle"]) if "bundle" in body else None,
        _packed(*body["packed"]) if "packed" in body else None,
    )


def _bundle(name: str, pieces: int) -> Bundle:
    return Bundle(bytes.fromhex(name), pieces)


def _packed(begin: int, length: int, key: str) -> Packed:
    return Packed(begin, length, bytes.fromhex(key))


def whole(order: Order) -> Submission | None:
    """What an order that was opened asks to be taken in, with the moments that lie beside its letters. Where
    these do not open, without them: copies of the very file are met then, which is more than nothing."""
    if order.submission is None or order.bundle is None or order.packed is None:
        return order.submission
    try:
        return replace(order.submission, moments=parcels.opened(order.bundle, order.packed))
    except SealBroken:
        # What another process has carried out since it was opened here may have been swept, too.
        if keys.GONE not in keys.pool(keys.LETTERS).find(order.slots):
            unreadable.note_other(PIECES, int.from_bytes(order.number[:7]))
        return order.submission


def _place(row: int) -> Place:
    return Place(TABLE, str(row), "sealed")
