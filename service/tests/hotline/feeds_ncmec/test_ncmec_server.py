"""NCMEC's wire from our endpoints, read by threatexchange's own client, also against a real hotline."""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.test import Client
from running import Hotline
from threatexchange.exchanges.clients.ncmec import hash_api
from threatexchange.exchanges.impl import ncmec_api
from threatexchange.signal_type.pdq.signal import PdqSignal

from repit.exchanges.ncmec import wire
from repit.foundation.errors import WireRefused
from repit.foundation.hashes import Hash
from repit.hotline.bank import items
from repit.hotline.bank.types import Submission
from repit.hotline.feeds import ncmec_server, subscribers
from repit.hotline.feeds.canary import CANARIES
from repit.hotline.feeds.models import Opinion

BASE = "/exchange/ncmec/v2/"
EVER = "entries?from=1970-01-01T00:00:00Z&to=2999-01-01T00:00:00Z"
CANARY_VALUES = {value.hex() for value in CANARIES}


class Pointed(ncmec_api.NCMECSignalExchangeAPI):
    """The one method that points the client at a hotline, as docs/en/exchanges.md shows it."""

    root = ""

    def get_client(self, environment: hash_api.NCMECEnvironment) -> hash_api.NCMECHashAPI:
        client = super().get_client(environment)
        client._base_url = self.root
        return client


@pytest.fixture(params=["UTC", "Europe/Paris", "America/New_York"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The client prints local time with a Z behind it; its clock runs a minute ahead of ours."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    monkeypatch.setattr(ncmec_api, "time", SimpleNamespace(time=lambda: time.time() + 60))
    yield request.param
    monkeypatch.undo()
    time.tzset()


def pdqs(
    exchange: Pointed, held: dict[str, hash_api.NCMECEntryUpdate], checkpoint: object
) -> tuple[set, object]:
    """Fetch as `tx` and HMA do: (hashes held then, checkpoint)."""
    for delta in exchange.fetch_iter([PdqSignal], checkpoint):
        for key, new in delta.updates.items():
            merged = exchange.fetch_value_merge(held.get(key), new)
            held.pop(key, None)
            if merged is not None:
                held[key] = merged
        checkpoint = delta.checkpoint
    converted = exchange.naive_convert_to_signal_type([PdqSignal], exchange.collab, held)
    return set(converted.get(PdqSignal, {})) - CANARY_VALUES, checkpoint


def test_the_real_client_fetches_hears_of_more_and_drops_what_is_withdrawn(hotline: Hotline, zone: str):
    first, second, third = (secrets.token_hex(32) for _ in range(3))
    receipt = hotline.open_case(first)
    hotline.open_case(second)
    key = hotline.add_subscriber(f"platform in {zone.partition('/')[2] or zone}")
    collab = ncmec_api.NCMECCollabConfig(environment=hash_api.NCMECEnvironment.NGO, name="REPIT")
    exchange = Pointed(collab, "anyone", key)
    Pointed.root = f"{hotline.base_url}/exchange/ncmec"
    held: dict[str, hash_api.NCMECEntryUpdate] = {}
    if zone == "America/New_York":  # entries reach it late, by five hours: as documented, it needs TZ=UTC
        assert pdqs(exchange, held, None)[0] == set()
        return
    hashes, checkpoint = pdqs(exchange, held, None)
    assert {first, second} <= hashes
    hotline.withdraw(receipt)
    hotline.open_case(third)
    time.sleep(1.1)  # the client asks for no window shorter than a second
    hashes, _ = pdqs(exchange, held, checkpoint)
    assert first not in hashes and {second, third} <= hashes


def test_the_real_client_gives_feedback_and_reads_it_again(hotline: Hotline):
    value = secrets.token_hex(32)
    hotline.open_case(value)
    clients = []
    for name in ("member one", "member two"):
        client = hash_api.NCMECHashAPI(name, hotline.add_subscriber(name), hash_api.NCMECEnvironment.NGO)
        client._base_url = f"{hotline.base_url}/exchange/ncmec"
        clients.append(client)
    agreeing, doubting = clients
    me = agreeing.status()
    assert me.esp_name == "member one" and me in agreeing.members()
    assert len(doubting.feedback_reasons(hash_api.FingerprintType.pdq)) == 4

    def entry() -> hash_api.NCMECEntryUpdate:
        page = agreeing.get_entries(start_timestamp=0, end_timestamp=int(time.time()) + 86_400)
        return next(update for update in page.updates if update.fingerprints.get("pdq") == value)

    found = entry()
    where = (found.member_id, found.id, hash_api.FingerprintType.pdq)
    agreeing.submit_upvote(*where)
    guid = wire.REASONS[1].guid
    for _ in range(2):
        doubting.submit_feedback(*where, hash_api.FeedbackType.downvote, guid)
    votes = {(f.member.esp_name, f.feedback_type.value, f.reason) for f in entry().feedback["Pdq"]}
    assert votes == {("member one", "upvote", ""), ("member two", "downvote", "Widely published")}


def submit(*hashes: Hash, media: str = "picture") -> str:
    several = hashes or (Hash("pdq", "whole", secrets.token_bytes(32), 90),)
    return items.submit(Submission(media, "deepfake", several), actor="test", publish=True).item  # type: ignore[arg-type]


@pytest.fixture
def headers() -> dict[str, str]:
    packed = base64.b64encode(f"anyone:{subscribers.add('forum')}".encode()).decode()
    return {"Authorization": f"Basic {packed}"}


def read(raw: bytes) -> hash_api.GetEntriesResponse:
    """An answer as the real client takes it apart."""
    tree = hash_api.ET.fromstring(raw.decode().replace(f'xmlns="{wire.NAMESPACE}"', "").partition("?>")[2])
    return hash_api.GetEntriesResponse.from_xml(hash_api._XMLWrapper(tree), 0)


@pytest.mark.django_db
def test_entries_hold_what_clients_can_use_and_tombstones_need_no_hash(
    client: Client, headers: dict[str, str]
):
    two = [secrets.token_bytes(32) for _ in range(2)]
    digest = secrets.token_bytes(16)
    gone, doubted = submit(), submit()
    double = submit(*(Hash("pdq", "whole", value, 90) for value in two))
    low = submit(Hash("pdq", "whole", secrets.token_bytes(32), 49), Hash("md5", "whole", digest))
    video = submit(Hash("md5", "whole", digest), media="video")
    items.withdraw(gone, actor="test", reason="")
    items.erase(gone, actor="test")
    items.dispute(doubted, actor="test", reason="flood")
    answer = read(client.get(BASE + EVER, headers=headers).content)
    entries = {update.id: update for update in answer.updates}
    assert answer.next == "" and {"canary-1", "canary-2"} < set(entries)
    assert entries[gone].deleted and entries[doubted].deleted
    assert {entries[double].fingerprints["pdq"], entries[f"{double}.1"].fingerprints["pdq"]} == {
        value.hex() for value in two
    }
    assert entries[low].fingerprints == {"md5": digest.hex()}
    assert entries[video].entry_type.value == "video" and entries[video].classification == "deepfake"


@pytest.mark.django_db
def test_anchored_hashes_stay_here(client: Client, headers: dict[str, str]):
    whole, anchored = (secrets.token_bytes(32) for _ in range(2))
    submit(Hash("pdq", "whole", whole, 90), Hash("pdq", "anchored", anchored, 90))
    raw = client.get(BASE + EVER, headers=headers).content.decode().lower()
    assert whole.hex() in raw and anchored.hex() not in raw


@pytest.mark.django_db
def test_pages_cover_a_window_without_gap_and_stay_stable(client: Client, headers: dict[str, str]):
    names = {submit() for _ in range(7)}
    seen: set[str] = set()
    path = EVER + "&size=2"
    while path:
        page = read(client.get(BASE + path, headers=headers).content)
        seen |= {update.id for update in page.updates}
        path = page.next.removeprefix("/v2/")
        submit()
    assert seen == names | {"canary-1", "canary-2"}


@pytest.mark.django_db
def test_a_window_is_answered_from_somewhat_earlier_than_asked(client: Client, headers: dict[str, str]):
    before = int(time.time())
    name = submit()
    begin = wire.print_time(before + ncmec_server.MARGIN - 5)
    ends = wire.print_time(before)
    page = read(client.get(f"{BASE}entries?from={begin}&to={ends}", headers=headers).content)
    assert name not in {update.id for update in page.updates}  # its end lies before the entry
    far = wire.print_time(int(time.time()) + 3600)
    page = read(client.get(f"{BASE}entries?from={begin}&to={far}", headers=headers).content)
    assert [update.id for update in page.updates] == [name]


@pytest.mark.django_db
@pytest.mark.parametrize("value", [None, "Basic", "Basic !", "Basic YWJj", "Bearer x", "Basic w6k="])
def test_without_a_key_nothing_is_shown(client: Client, value: str | None):
    answer = client.get(BASE + "status", headers={"Authorization": value} if value else {})
    assert answer.status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", ["from=x", "to=2026-13-01T00:00:00Z", "from=0000-01-01T00:00:00Z", "start=-1"]
)
def test_a_query_that_is_none_is_refused_here_too(client: Client, headers: dict[str, str], query: str):
    assert client.get(f"{BASE}entries?{query}", headers=headers).status_code == 400


@pytest.mark.django_db
def test_times_long_ago_and_far_ahead_are_times(client: Client, headers: dict[str, str]):
    submit(), submit()
    path = "entries?from=0001-01-01T00:00:00.5Z&to=9999-12-31T23:59:59Z&size=1"
    page = read(client.get(BASE + path, headers=headers).content)
    assert client.get(BASE + page.next.removeprefix("/v2/"), headers=headers).status_code == 200


@pytest.mark.django_db
def test_feedback_on_what_is_not_there_is_not_found(client: Client, headers: dict[str, str]):
    name = submit()
    body = b"<feedbackSubmission><affirmative/></feedbackSubmission>"
    for path in (f"2/{name}/PDQ", "1/nothing/PDQ", f"1/{name}/MD5", f"1/{name}/SHA1", "1/canary-1/PDQ"):
        answer = client.put(f"{BASE}entries/{path}/feedback", body, headers=headers)
        assert answer.status_code == 404
    assert client.get(BASE + "feedback/SHA1/reasons", headers=headers).status_code == 404
    assert client.put(f"{BASE}entries/1/{name}/PDQ/feedback", body, headers=headers).status_code == 204
    assert Opinion.objects.count() == 1


BOMB = (
    b'<!DOCTYPE a [<!ENTITY b "bb">]><feedbackSubmission><affirmative>&b;</affirmative></feedbackSubmission>'
)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe<",
        b"<a>",
        b"<a/>",
        b"<a><negative/></a>",
        b"<a><negative><reasonIds><guid>x</guid></reasonIds></negative></a>",
        BOMB,
        BOMB.decode().encode("utf-16"),
        b"<a>" + b" " * wire.MAX_BODY + b"<affirmative/></a>",
    ],
)
def test_a_body_that_is_no_feedback_is_refused(raw: bytes):
    with pytest.raises(WireRefused):
        wire.decode_feedback(raw)
