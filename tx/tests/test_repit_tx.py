"""What the plug-in makes of a hotline's words."""

from __future__ import annotations

from typing import Any

import pytest
from threatexchange.exchanges.clients.stopncii import api

from repit_tx import TX_MANIFEST
from repit_tx.exchange import RepitCheckpoint, RepitExchange
from repit_tx.settings import RepitConfig, RepitKeys, endpoint

VALUE, OTHER = "a" * 64, "b" * 64


def record(value: str, status: str, signal: str = "ImagePDQ") -> api.StopNCIIHashRecord:
    return api.StopNCIIHashRecord(
        100, api.StopNCIISignalType(signal), value, api.StopNCIICaseStatus(status), {}, []
    )


class Pages:
    """A client that has been given its pages."""

    def __init__(self, *pages: list[api.StopNCIIHashRecord]) -> None:
        self.pages, self.started = pages, -1

    def fetch_hashes_iter(self, start_timestamp: int) -> Any:
        self.started = start_timestamp
        for number, records in enumerate(self.pages):
            last = number == len(self.pages) - 1
            yield api.FetchHashesResponse(len(records), None, 100 + number, not last, records)


def test_tx_finds_the_exchange_under_a_name_of_its_own():
    assert [exchange.get_name() for exchange in TX_MANIFEST.apis] == ["repit"]


@pytest.mark.parametrize("status", ["Withdrawn", "Deleted", "Received", "Unknown"])
def test_what_is_not_active_is_dropped(status: str):
    [delta] = RepitExchange(Pages([record(VALUE, status), record(OTHER, "Active")])).fetch_iter([], None)
    assert delta.updates["pdq", VALUE] is None and delta.updates["pdq", OTHER] is not None


def test_types_that_no_client_holds_are_left_out():
    [delta] = RepitExchange(
        Pages([record("x", "Active", "URL"), record("c" * 32, "Active", "VideoMD5")])
    ).fetch_iter([], None)
    assert set(delta.updates) == {("video_md5", "c" * 32)}


def test_each_page_moves_the_checkpoint_and_a_checkpoint_never_goes_stale():
    client = Pages([record(VALUE, "Active")], [])
    deltas = list(RepitExchange(client).fetch_iter([], RepitCheckpoint(77, 0)))
    assert client.started == 77
    assert [delta.checkpoint.update_time for delta in deltas] == [100, 101]
    assert not RepitCheckpoint(77, 0).is_stale()


@pytest.mark.parametrize(
    ("base_url", "address"),
    [
        ("https://hotline.example", "https://hotline.example/exchange/stopncii/v1"),
        ("https://hotline.example/", "https://hotline.example/exchange/stopncii/v1"),
        ("https://hotline.example/other/v1", "https://hotline.example/other/v1"),
        ("http://127.0.0.1:8600", "http://127.0.0.1:8600/exchange/stopncii/v1"),
    ],
)
def test_the_address_of_a_hotline_is_enough(base_url: str, address: str):
    assert endpoint(base_url)[0] == address


@pytest.mark.parametrize(
    "base_url",
    ["http://hotline.example", "hotline.example", "https://", "https://a@b", "https://b?c", "file:///x"],
)
def test_an_address_that_would_leak_the_key_is_refused(base_url: str):
    with pytest.raises(ValueError, match="hotline's address"):
        RepitExchange.for_collab(RepitConfig("NAME", base_url), RepitKeys("key"))


def test_each_hotline_gets_its_own_key_and_no_other():
    keys = RepitKeys("one.example=first two.example=second")
    assert (keys.for_host("one.example"), keys.for_host("two.example")) == ("first", "second")
    assert RepitKeys("only").for_host("any.example") == "only"
    with pytest.raises(ValueError, match="no key"):
        keys.for_host("three.example")
    assert "first" not in repr(keys)
