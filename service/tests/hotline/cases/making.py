"""What the tests of cases make again and again."""

from __future__ import annotations

import secrets

from repit.foundation.hashes import Hash
from repit.hotline.bank.types import Submission
from repit.hotline.cases import access_codes, caseworkers, desk
from repit.hotline.cases.casefile import Casefile
from repit.hotline.cases.grants import Holder
from repit.hotline.cases.service import Receipt

PASSPHRASE = "four words and a comma,"


def picture(value: bytes | None = None, quality: int = 90, anchored: int = 0) -> Submission:
    whole = Hash("pdq", "whole", value or secrets.token_bytes(32), quality)
    parts = [Hash("pdq", "anchored", secrets.token_bytes(32), quality) for _ in range(anchored)]
    return Submission("picture", "intimate", (whole, *parts))


def file_of(receipt: Receipt) -> Casefile:
    return access_codes.enter(receipt.number, receipt.secret)


def staff(*names: str) -> list[Holder]:
    """Caseworkers; the first one founds the desk."""
    found = [caseworkers.enrol(name, PASSPHRASE) for name in names]
    desk.found(found[0])
    return found
