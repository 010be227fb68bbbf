"""Which exchanges can be pulled from, and what each needs.

In: the name of a protocol. Out: its client and its defaults. Next: `partners`, `pulling`. To add one: a
folder with `wire` modules (pure, in contract 6 of .importlinter) and a client that is a `records.Puller`;
written conversations beside its tests (`pulling/transcripts`); a line here; a paragraph in
docs/*/exchanges.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from repit.exchanges.files import client as files
from repit.exchanges.ncmec import client as ncmec
from repit.exchanges.records import Puller
from repit.exchanges.repit import puller as repit
from repit.exchanges.stopncii import client as stopncii
from repit.exchanges.threatexchange import client as threatexchange


@dataclass(frozen=True, slots=True)
class ExchangeKind:
    """`address` is the usual one (empty: there is none); `needs` and `may_have` name its credentials."""

    make: Callable[..., Puller]
    address: str
    needs: tuple[str, ...]
    may_have: tuple[str, ...]
    every_seconds: int


KINDS: Final[dict[str, ExchangeKind]] = {
    name: ExchangeKind(
        make, module.ADDRESS, module.CREDENTIALS, module.MORE_CREDENTIALS, module.EVERY_SECONDS
    )
    for name, make, module in (
        ("stopncii", stopncii.StopNCIIClient, stopncii),
        ("ncmec", ncmec.NCMECClient, ncmec),
        ("threatexchange", threatexchange.ThreatExchangeClient, threatexchange),
        ("file", files.FileClient, files),
        ("repit", repit.HotlineClient, repit),
    )
}
