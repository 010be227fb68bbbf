"""Pulling from a partner into a bank, without waiting."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import LazySettings

from repit.exchanges import partners, retrying
from repit.exchanges.models import Partner
from repit.exchanges.pulling import Outcome, pull

Pull = Callable[[str], Outcome]


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Every wait, instead of waiting."""
    waited: list[float] = []
    for kind in ("stopncii", "ncmec", "threatexchange", "files", "repit"):
        module = "puller" if kind == "repit" else "client"
        monkeypatch.setattr(f"repit.exchanges.{kind}.{module}.pause", waited.append)
    monkeypatch.setattr(retrying, "pause", waited.append)
    real = partners.client

    def waits_for_restart(partner: Partner) -> object:
        client = real(partner)
        client._wait = waited.append
        return client

    monkeypatch.setattr(partners, "client", waits_for_restart)
    return waited


@pytest.fixture
def pulled(settings: LazySettings, pauses: list[float]) -> Pull:
    """Pull from a partner into the bank, whoever it is."""
    from repit.hotline.feeds.bank_target import BankTarget  # noqa: PLC0415 - a gate has none

    def run(name: str) -> Outcome:
        partner = Partner.objects.get(name=name)
        settings.REPIT_OUTBOUND_ALLOW = frozenset({partner.address.split("/")[2]})
        claimed = partners.claim_one(partner.pk)
        assert claimed is not None
        return pull(claimed, BankTarget(claimed))

    return run
