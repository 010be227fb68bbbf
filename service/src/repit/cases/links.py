"""The links from a case to the bank's items, readable by nobody but who holds the receipt.

In: a case's sealer, an item's opaque name. Out: sealed rows, and `Link` again. Next: `service`.
All are of one length, so that a row does not show whether its item was taken back.
"""

import json
from dataclasses import dataclass
from typing import Final

from repit.bank.types import Kind, Media
from repit.cases.models import CaseItem
from repit.foundation.errors import SealBroken
from repit.foundation.sealing import Place, Sealer, operator

_LENGTH: Final = 160


@dataclass(frozen=True, slots=True, repr=False)
class Link:
    """One item of a case: its opaque name in the bank, and whether the person took it back."""

    item: str
    media: Media
    kind: Kind
    taken_back: bool = False


def _place(row: CaseItem, version: int) -> Place:
    return Place("cases_caseitem", f"{row.case_id}/{row.id}/{row.number}", "sealed", version)


def seal(row: CaseItem, link: Link, sealer: Sealer, version: int) -> bytes:
    """The link as it stands in that row, in that version of it."""
    value = json.dumps([link.item, link.media, link.kind, link.taken_back]).encode()
    place = _place(row, version)
    return operator("case link").seal(sealer.seal(value.ljust(_LENGTH), place), place)


def unseal(row: CaseItem, sealer: Sealer) -> Link:
    """The link of a row. Raises `SealBroken`."""
    place = _place(row, row.version)
    value = json.loads(sealer.open(operator("case link").open(row.sealed, place), place))
    if not isinstance(value, list) or len(value) != 4:
        raise SealBroken(detail="a link in an unknown form")
    return Link(*value)
