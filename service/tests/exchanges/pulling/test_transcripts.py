"""Written conversations with other exchanges, replayed over HTTP into a bank."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings
from replay import replayed, speaking
from transcript_hashes import md5, moved, pdq, served

from repit.exchanges import partners
from repit.exchanges.models import Partner, RejectedRecord
from repit.exchanges.pulling import Outcome
from repit.foundation import clock
from repit.hotline.bank import lookups
from repit.hotline.bank.models import Item, PartnerRecord
from repit.hotline.feeds import feedback, opinions, subscribers
from repit.hotline.feeds.models import Feedback

Pull = Callable[[str], Outcome]
pytestmark = pytest.mark.django_db

STOPNCII = {"subscription_key": "subscription-key", "fetch_key": "fetch-key", "feedback_key": "feedback-key"}
NCMEC = {"user": "user", "password": "pass"}
META = {"token": "11111111|secret", "group": "1234"}


def reasons(name: str) -> list[str]:
    return sorted(row.reason for row in partners.rejected_of(name))


def opined(value: str, view: str) -> None:
    who = subscribers.recognise(subscribers.add("forum"))
    assert opinions.give(who, [_token(value)], view) == 1


def _token(value: str) -> str:
    algorithm = b"pdq" if len(value) == 64 else b"md5"
    digests = lookups.everywhere("bank hash", algorithm, bytes.fromhex(value))
    return Item.objects.filter(hashes__digest__in=digests).first().token


def test_stopncii_as_it_speaks(pulled: Pull, pauses: list[float]):
    partners.add("stopncii", "org", STOPNCII, address="http://127.0.0.1:1/v1", gives_feedback=True)
    with speaking("stopncii-first") as partner:
        moved("org", f"{partner.address}/v1")
        outcome = pulled("org")
        partner.finished()
    assert outcome.error is None and len(pauses) == 1
    assert served() == {
        pdq(1): "active",
        pdq(2): "active",
        md5(3): "active",
        pdq(11): "disputed",
        pdq(12): "active",
    }
    assert set(Item.objects.values_list("origin", flat=True)) == {"stopncii/org"}
    assert reasons("org") == [
        "a hash of a flat picture",
        "a hash that is none, or of the wrong length",
        "a hash that is none, or of the wrong length",
        "a status that is not known",
        "a type of hash that is not known",
        "not an object",
    ]
    shown = " ".join(row.where for row in RejectedRecord.objects.all())
    assert pdq(7) not in shown and "abc" not in shown
    row = Partner.objects.get()
    assert (row.skipped, row.trouble, json.loads(row.checkpoint)["second"]) == (1, "", 1625175071)

    opined(pdq(12), "not_blocked")
    with speaking("stopncii-later") as partner:
        moved("org", f"{partner.address}/v1")
        assert pulled("org").error is None
        assert set(served()) == {pdq(2), pdq(11), pdq(12), pdq(13)}
        row = Partner.objects.get()
        assert json.loads(row.checkpoint)["second"] == 1625175071 and pauses[-1] == 7.0
        assert feedback.collect(row) == 1 and feedback.collect(row) == 0
        assert feedback.send_due(row) == 1 and feedback.send_due(row) == 0
        partner.finished()


def test_ncmec_as_it_speaks(pulled: Pull):
    partners.add("ncmec", "ngo", NCMEC, address="http://127.0.0.1:1/npo", gives_feedback=True)
    with speaking("ncmec-first") as partner:
        moved("ngo", f"{partner.address}/npo")
        assert pulled("ngo").error is None
        partner.finished()
    assert set(served()) == {pdq(1), md5(1), pdq(2), md5(3), pdq(7)}
    assert reasons("ngo") == [
        "a hash that is none, or of the wrong length",
        "an entry of a kind that is not known",
        "an entry without its member or its name",
    ]
    opined(pdq(7), "not_blocked")
    with speaking("ncmec-later") as partner:
        moved("ngo", f"{partner.address}/npo")
        assert pulled("ngo").error is None
        assert set(served()) == {pdq(22), pdq(7)}
        row = Partner.objects.get()
        assert (feedback.collect(row), feedback.send_due(row)) == (1, 1)
        partner.finished()


def test_threatexchange_as_it_speaks(pulled: Pull):
    partners.add("threatexchange", "meta", META, address="http://127.0.0.1:1/v21.0", item_kind="deepfake")
    with speaking("threatexchange-first") as partner:
        moved("meta", f"{partner.address}/v21.0")
        assert pulled("meta").error is None
        partner.finished()
    assert served() == {pdq(1): "active", md5(2): "active", pdq(3): "disputed", pdq(9): "active"}
    assert set(Item.objects.values_list("kind", flat=True)) == {"deepfake"}
    assert len(reasons("meta")) == 2
    with speaking("threatexchange-later") as partner:
        moved("meta", f"{partner.address}/v21.0")
        assert pulled("meta").error is None
        partner.finished()
    assert served() == {md5(2): "active", pdq(3): "disputed"}


def test_a_next_page_elsewhere_is_not_gone_to_with_our_token(pulled: Pull):
    page = {"data": [], "paging": {"next": "https://evil.example/steal?access_token=x"}}
    request = {"method": "GET", "path": "/v21.0/1234/threat_updates/"}
    partners.add("threatexchange", "meta", META, address="http://127.0.0.1:1/v21.0")
    with replayed([{"request": request, "response": {"status": 200, "body": page}}]) as partner:
        moved("meta", f"{partner.address}/v21.0")
        outcome = pulled("meta")
        assert outcome.error is not None and outcome.error.code == "wire-refused"
        partner.finished()


@pytest.mark.parametrize(
    ("status", "code"), [(401, "key-refused"), (403, "not-granted"), (404, "peer-failed")]
)
def test_what_no_repetition_would_change_is_asked_once(
    pulled: Pull, pauses: list[float], status: int, code: str
):
    request = {"method": "GET", "path": "/v1/FetchHashes"}
    partners.add("stopncii", "org", STOPNCII, address="http://127.0.0.1:1/v1")
    with replayed([{"request": request, "response": {"status": status}}]) as partner:
        moved("org", f"{partner.address}/v1")
        assert pulled("org").error.code == code
        partner.finished()
    row = Partner.objects.get()
    assert (row.trouble, row.attempts, pauses) == (code, 1, [])


def test_a_busy_partner_is_left_alone_for_as_long_as_it_says(pulled: Pull, pauses: list[float]):
    request = {"method": "GET", "path": "/v1/FetchHashes"}
    partners.add("stopncii", "org", STOPNCII, address="http://127.0.0.1:1/v1")
    busy = {"request": request, "response": {"status": 503, "headers": {"Retry-After": "4000"}}}
    with replayed([busy]) as partner:
        moved("org", f"{partner.address}/v1")
        assert pulled("org").error.code == "peer-busy"
    wait = Partner.objects.get().due_at - clock.now()
    assert timedelta(seconds=3990) < wait <= timedelta(seconds=4000) and pauses == []
    with replayed([{"request": request, "response": {"status": 500}}] * 4) as partner:
        moved("org", f"{partner.address}/v1")
        assert pulled("org").error.code == "peer-busy"
        partner.finished()
    assert len(pauses) == 3 and all(pause <= 2.0 for pause in pauses)
    assert Partner.objects.get().attempts == 2


def test_pages_in_a_circle_end(pulled: Pull):
    body = {"nextPageToken": "again", "nextSetTimestamp": 11, "hasMoreRecords": True, "hashRecords": []}
    request = {"method": "GET", "path": "/v1/FetchHashes"}
    partners.add("stopncii", "org", STOPNCII, address="http://127.0.0.1:1/v1")
    with replayed([{"request": request, "response": {"status": 200, "body": body}}] * 3) as partner:
        moved("org", f"{partner.address}/v1")
        assert pulled("org").error.code == "wire-refused"


def test_a_partner_whose_clock_runs_ahead_hides_nothing(pulled: Pull):
    far = {"nextSetTimestamp": 9_999_999_999, "hasMoreRecords": False, "hashRecords": []}
    request = {"method": "GET", "path": "/v1/FetchHashes"}
    partners.add("stopncii", "org", STOPNCII, address="http://127.0.0.1:1/v1")
    with replayed([{"request": request, "response": {"status": 200, "body": far}}]) as partner:
        moved("org", f"{partner.address}/v1")
        assert pulled("org").error is None
    assert json.loads(Partner.objects.get().checkpoint)["second"] <= clock.now().timestamp()


def test_after_a_month_away_everything_is_read_and_what_is_gone_goes(pulled: Pull):
    def page_of(*numbers: int) -> list[dict[str, object]]:
        records = [
            {
                "lastModtimestamp": 20,
                "signalType": "ImagePDQ",
                "hashValue": pdq(number),
                "hashStatus": "Active",
                "caseNumbers": {},
            }
            for number in numbers
        ]
        body = {"nextSetTimestamp": 1_700_000_000, "hasMoreRecords": False, "hashRecords": records}
        request = {"method": "GET", "path": "/v1/FetchHashes", "query": {"startTimestamp": "10"}}
        return [{"request": request, "response": {"status": 200, "body": body}}]

    partners.add("stopncii", "org", STOPNCII, address="http://127.0.0.1:1/v1")
    with replayed(page_of(1, 2)) as partner:
        moved("org", f"{partner.address}/v1")
        assert pulled("org").error is None
    later = datetime.now(UTC) + timedelta(days=40)
    with replayed(page_of(2, 3)) as partner, clock.at(lambda: later):
        moved("org", f"{partner.address}/v1")
        assert pulled("org").error is None
        partner.finished()
    assert set(served()) == {pdq(2), pdq(3)} and PartnerRecord.objects.count() == 2


def test_feedback_that_fails_is_tried_again_later_and_given_up_in_the_end(
    pulled: Pull, settings: LazySettings
):
    partners.add("stopncii", "org", STOPNCII, address="http://127.0.0.1:1/v1", gives_feedback=True)
    with speaking("stopncii-first") as partner:
        moved("org", f"{partner.address}/v1")
        assert pulled("org").error is None
    row = Partner.objects.get()
    opined(pdq(1), "blocked")
    assert feedback.collect(row) == 1
    failing = {"request": {"method": "POST", "path": "/v1/SubmitFeedback"}, "response": {"status": 400}}
    with replayed([failing] * 20) as partner:
        moved("org", f"{partner.address}/v1")
        settings.REPIT_OUTBOUND_ALLOW = frozenset(partner.allow)
        row = Partner.objects.get()
        moment = clock.now()
        for attempt in range(1, feedback.TRIES + 1):
            moment += timedelta(days=1)
            with clock.at(lambda at=moment: at):
                assert feedback.send_due(row) == 0
            assert Feedback.objects.get().attempts == attempt
    left = Feedback.objects.get()
    assert (left.due_at, left.trouble) == (None, "peer-failed")
