"""Scopes, requirements, agreements, keys that overlap: what opens, for whom, how long."""

from __future__ import annotations

import base64
import secrets
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import URLPattern

from repit.exchanges.ncmec.wire import Window
from repit.foundation import audit, clock
from repit.foundation.errors import InputRefused, KeyRefused, NotFound, NotGranted
from repit.foundation.hashes import Hash
from repit.hotline.bank import items
from repit.hotline.bank.types import Submission
from repit.hotline.feeds import ncmec_server as ncmec
from repit.hotline.feeds import opinions, repit_server, subscribers
from repit.hotline.feeds import stopncii_server as stopncii
from repit.hotline.feeds.models import SubscriberKey
from repit.hotline.feeds.subscribers import Grant
from repit.hotline.web.feeds_api.urls import urlpatterns

pytestmark = pytest.mark.django_db
EVER = Window(0, 4_000_000_000)


def submit(kind: str = "intimate", origin: str | None = None) -> tuple[str, bytes]:
    value = secrets.token_bytes(32)
    submission = Submission("picture", kind, (Hash("pdq", "whole", value, 90),))  # type: ignore[arg-type]
    return items.submit(submission, actor="test", publish=True, origin=origin).item, value


def who(name: str, granted: Grant | None = None) -> subscribers.Granted:
    return subscribers.recognise(subscribers.add(name, granted=granted))


def seen(granted: subscribers.Granted) -> dict[str, set[bytes]]:
    """The values that each exchange shows as active, and what our snapshot holds."""
    canaries = set(stopncii.CANARIES)
    return {
        "changes": {
            h.value
            for change in repit_server.page(granted, 0, 0).changes
            if change.entry.state == "active"
            for h in change.entry.hashes
        },
        "stopncii": {r.value for r in stopncii.fetch(granted, 10, 800).records if r.status == "Active"}
        - canaries,
        "everything": {
            value
            for value in (bytes.fromhex(word) for word in _hex(ncmec.entries(granted, EVER)))
            if value not in canaries
        },
    }


def _hex(raw: bytes) -> list[str]:
    return [part.partition("<")[0] for part in raw.decode().split("<pdq>")[1:]]


def bearer(key: str, exchange: str) -> dict[str, str]:
    if exchange == "stopncii":
        return {"Ocp-Apim-Subscription-Key": key}
    if exchange == "ncmec":
        return {"Authorization": "Basic " + base64.b64encode(f"x:{key}".encode()).decode()}
    return {"Authorization": f"Bearer {key}"}


def addresses() -> list[tuple[str, str]]:
    """(exchange, address) of every endpoint there is, from the table of addresses itself."""
    found = []
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        route = str(pattern.pattern)
        for name, value in (
            ("<str:fingerprint>", "PDQ"),
            ("<int:member>", "1"),
            ("<str:entry>", "x"),
        ):
            route = route.replace(name, value)
        found.append((route.partition("/")[0], f"/exchange/{route}"))
    return found


@pytest.mark.parametrize(("exchange", "address"), addresses())
def test_no_endpoint_opens_for_an_exchange_that_was_not_granted_or_without_a_demanded_agreement(
    client: Client, settings, exchange: str, address: str
):
    others = tuple(other for other in subscribers.EXCHANGES if other != exchange)
    key = subscribers.add("elsewhere", granted=Grant(exchanges=others))
    mine = subscribers.add("forum", granted=Grant(exchanges=(exchange,)))
    for method in (client.get, client.post, client.put):
        assert method(address, headers=bearer(key, exchange)).status_code in (403, 405)
    codes = {
        m(address, headers=bearer(mine, exchange)).status_code for m in (client.get, client.post, client.put)
    }
    assert 403 not in codes
    settings.REPIT_REQUIRE_AGREEMENT = True
    codes = {
        m(address, headers=bearer(mine, exchange)).status_code for m in (client.get, client.post, client.put)
    }
    assert codes <= {403, 405} and 403 in codes
    subscribers.agree("forum", date(2026, 1, 31))
    codes = {
        m(address, headers=bearer(mine, exchange)).status_code for m in (client.get, client.post, client.put)
    }
    assert 403 not in codes


def test_a_kind_that_was_not_granted_is_shown_over_no_exchange():
    _, intimate = submit("intimate")
    name, deepfake = submit("deepfake")
    narrow = who("narrow", Grant(kinds=("intimate",)))
    everyone = who("everyone")
    assert all(found == {intimate} for found in seen(narrow).values())
    assert all(found == {intimate, deepfake} for found in seen(everyone).values())
    items.withdraw(name, actor="test", reason="")
    # Over exchanges that name by the hash even a withdrawal would show it.
    assert deepfake not in {r.value for r in stopncii.fetch(narrow, 11, 800).records}
    assert name.encode() not in ncmec.entries(narrow, EVER)
    assert opinions.give(narrow, [name], "blocked") == 0


def test_a_partner_may_demand_items_seen_or_confirmed_by_those_it_trusts():
    trusted = who("trusted hotline")
    other = who("somebody")
    careful = who("careful", Grant(confirmed_by=("trusted hotline", "origin.example")))
    plain, _ = submit()
    theirs, origin_value = submit(origin="origin.example")
    confirmed, value = submit()
    assert all(found == {origin_value} for found in seen(careful).values())
    opinions.give(other, [plain], "blocked")
    opinions.give(trusted, [plain], "pending")
    opinions.give(trusted, [confirmed], "blocked")
    assert all(found == {origin_value, value} for found in seen(careful).values())
    opinions.give(trusted, [confirmed], "not_blocked")
    last = repit_server.page(careful, 0, 0).changes[-1].entry
    assert (last.item, last.state, last.hashes) == (confirmed, "withdrawn", ())
    assert all(found == {origin_value} for found in seen(careful).values())
    statuses = {r.value: r.status for r in stopncii.fetch(careful, 11, 800).records}
    assert statuses[value] == "Withdrawn" and statuses[origin_value] == "Active"
    assert theirs


def test_enough_submissions_are_demanded_over_every_exchange():
    careful = who("careful", Grant(min_confirmations=2))
    name, value = submit()
    assert all(found == set() for found in seen(careful).values())
    again = Submission("picture", "intimate", (Hash("pdq", "whole", value, 90),))
    assert items.submit(again, actor="test", publish=True).item == name
    assert all(found == {value} for found in seen(careful).values())


def test_other_grants_make_our_feed_another_feed_so_that_a_gate_starts_afresh():
    submit()
    key = subscribers.add("forum")
    before = repit_server.page(subscribers.recognise(key), 0, 0).feed_id
    subscribers.grant("forum", Grant(kinds=("intimate",)))
    after = repit_server.page(subscribers.recognise(key), 0, 0).feed_id
    assert before != after
    assert repit_server.page(subscribers.recognise(key), 0, 0).feed_id == after
    subscribers.grant("forum", Grant())
    assert repit_server.page(subscribers.recognise(key), 0, 0).feed_id == before
    with pytest.raises(NotFound):
        subscribers.grant("nobody", Grant())


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Grant(exchanges=()),
        lambda: Grant(exchanges=("hma",)),
        lambda: Grant(kinds=("person",)),
        lambda: Grant(confirmed_by=("a\nb",)),
        lambda: Grant(confirmed_by=tuple(str(n) for n in range(11))),
        lambda: subscribers.add("x", agreed_on=clock.now().date() + timedelta(days=1)),
    ],
)
def test_grants_that_cannot_be_are_refused(wrong):
    with pytest.raises(InputRefused):
        wrong()


def test_the_old_key_opens_for_as_long_as_was_said_and_no_longer():
    old = subscribers.add("forum")
    moment = clock.now()
    with clock.at(lambda: moment):
        new = subscribers.rotate("forum", overlap=timedelta(hours=24))
        newest = subscribers.rotate("forum", overlap=timedelta(hours=48))
    with clock.at(lambda: moment + timedelta(hours=23, minutes=59)):
        assert {subscribers.recognise(key).name for key in (old, new, newest)} == {"forum"}
    with clock.at(lambda: moment + timedelta(hours=24)):
        with pytest.raises(KeyRefused):
            subscribers.recognise(old)
        assert subscribers.recognise(new).name == "forum"
    with clock.at(lambda: moment + timedelta(hours=48)), pytest.raises(KeyRefused):
        subscribers.recognise(new)
    assert subscribers.recognise(newest).key
    with pytest.raises(InputRefused):
        subscribers.rotate("forum", overlap=timedelta(days=31))


def test_a_leaked_key_ends_at_once_even_within_an_overlap():
    old = subscribers.add("forum")
    leaked = subscribers.rotate("forum", overlap=timedelta(hours=24))
    newest = subscribers.rotate("forum")
    for key in (old, leaked):
        with pytest.raises(KeyRefused):
            subscribers.recognise(key)
    assert subscribers.recognise(newest)


def test_each_key_says_when_it_was_used_last():
    old = subscribers.add("forum")
    new = subscribers.rotate("forum", overlap=timedelta(hours=1))
    subscribers.recognise(new)
    used = dict(SubscriberKey.objects.values_list("key_id", "last_used_at"))
    assert used[old.split("_")[1]] is None and used[new.split("_")[1]] is not None


def test_grants_agreements_and_rotations_stand_in_the_audit_without_the_key():
    key = subscribers.add("forum", agreed_on=date(2026, 1, 31))
    subscribers.grant("forum", Grant(sees_anchored=True))
    subscribers.rotate("forum", overlap=timedelta(hours=2))
    rows = audit.AuditRow.objects.filter(subject="forum").order_by("sequence")
    assert [row.action for row in rows] == [
        "subscriber.add",
        "subscriber.agree",
        "subscriber.grant",
        "subscriber.rotate",
    ]
    assert "anchored" in rows[2].reason and "2026-01-31" in rows[1].reason
    assert key.rsplit("_", 1)[1] not in repr([vars(row) for row in rows])


def test_a_key_without_the_exchange_is_told_so_and_a_wrong_one_is_not():
    key = subscribers.add("forum", granted=Grant(exchanges=("repit",)))
    with pytest.raises(NotGranted):
        subscribers.recognise(key, "ncmec")
    with pytest.raises(KeyRefused):
        subscribers.recognise(key[:-1] + ("0" if key[-1] != "0" else "1"), "ncmec")
