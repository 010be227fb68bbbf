"""The hashes of the transcripts, what the bank serves, where a partner is."""

from __future__ import annotations

import hashlib

from repit.exchanges.models import Partner


def pdq(number: int) -> str:
    """The hash that the transcripts have under this number."""
    return hashlib.sha256(f"pdq {number}".encode()).hexdigest()


def md5(number: int) -> str:
    return hashlib.sha256(f"md5 {number}".encode()).hexdigest()[:32]


def served() -> dict[str, str]:
    """What subscribers are told: the state of each hash."""
    from repit.hotline.bank import feed  # noqa: PLC0415 - a gate has none

    return {hash_.value.hex(): item.state for item in feed.everything() for hash_ in item.hashes}


def moved(name: str, address: str) -> None:
    """The partner listens elsewhere now."""
    Partner.objects.filter(name=name).update(address=address)
