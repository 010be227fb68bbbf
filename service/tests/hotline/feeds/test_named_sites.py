"""Sites that take part are named where they allow it, once the hotline has read the name."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from typer.testing import CliRunner

from repit.foundation import clock
from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, NotFound
from repit.foundation.hashes import Hash
from repit.foundation.models import AuditRow
from repit.hotline.bank import feed, items
from repit.hotline.bank.types import Submission
from repit.hotline.commands.subscribers import app
from repit.hotline.feeds import health, named, subscribers
from repit.hotline.feeds.models import Subscriber, SubscriberKey

pytestmark = pytest.mark.django_db


def submit() -> None:
    hash_ = Hash("pdq", "whole", secrets.token_bytes(32), 90)
    items.submit(Submission("picture", "intimate", (hash_,)), actor="test", publish=True)


def follow(name: str, kinds: Iterable[str] = ("intimate", "deepfake")) -> int:
    """A subscriber that comes and takes in everything there is."""
    key = subscribers.add(name, granted=subscribers.Grant(kinds=tuple(kinds)))
    come(key)
    return Subscriber.objects.get(name=name).pk


def come(key: str) -> None:
    who = subscribers.recognise(key)
    subscribers.acknowledge(who, feed.head().sequence, [])


def names() -> list[str]:
    return [site.name for site in named.named_sites()]


def test_nobody_is_named_who_has_not_allowed_it() -> None:
    follow("forum")
    assert names() == [] and named.asking() == []


def test_a_name_that_a_subscriber_asks_for_is_read_by_the_hotline_first() -> None:
    who = follow("forum")
    named.ask(who, "  Le  Forum ", actor="forum")
    assert names() == [] and named.asking() == ["forum"]
    assert named.decide("forum", " Le Forum") == "Le Forum"
    assert names() == ["Le Forum"] and named.asking() == []
    named.ask(who, "Le Forum", actor="forum")
    assert names() == ["Le Forum"], "to ask for what stands already changes nothing"
    named.ask(who, "Someone Else", actor="forum")
    assert names() == [] and named.asking() == ["forum"]


def test_a_name_that_was_changed_since_it_was_read_does_not_come_to_stand() -> None:
    who = follow("forum")
    named.ask(who, "Le Forum", actor="forum")
    named.ask(who, "Someone Else", actor="forum")
    with pytest.raises(InputRefused, match="another name"):
        named.decide("forum", "Le Forum")
    assert names() == [] and named.asking() == ["forum"]
    assert named.decide("forum", "") == "" and named.decide("forum", "Le Forum") == "Le Forum"
    assert names() == ["Le Forum"], "it was agreed on paper"


@pytest.mark.parametrize("options", [[], ["--as", "Le Forum"]])
def test_the_command_says_which_name_is_meant(options: list[str]) -> None:
    who, run = follow("forum"), CliRunner()
    named.ask(who, "Someone Else", actor="forum")
    refused = run.invoke(app, ["named", "forum", *options])
    assert isinstance(refused.exception, InputRefused) and names() == []
    assert run.invoke(app, ["named", "forum", "--as", "Someone Else"]).exit_code == 0
    assert names() == ["Someone Else"]
    assert run.invoke(app, ["named", "forum", "--no"]).exit_code == 0 and names() == []


def test_the_operator_hears_of_a_name_that_waits_to_be_read() -> None:
    who = follow("forum")
    assert [finding.code for finding in health.check()] == []
    named.ask(who, "Le Forum", actor="forum")
    [finding] = health.check()
    assert finding.code == "subscriber-asks-to-be-named" and not finding.grave
    assert "forum" in finding.message.fr and "repit subscriber named NAME --as" in finding.next_step.en
    named.decide("forum", "")
    assert list(health.check()) == []


def test_whoever_takes_it_back_is_named_no_more_at_once() -> None:
    who = follow("forum")
    named.decide("forum", "Le Forum")
    named.stop(who, actor="forum")
    assert names() == []
    named.decide("forum", "Le Forum")
    assert named.decide("forum", "") == "" and names() == []
    rows = AuditRow.objects.filter(action="subscriber.named").order_by("sequence")
    reasons = ["yes Le Forum", "no", "yes Le Forum", "no"]
    assert [(row.actor, row.reason) for row in rows] == list(
        zip(("operator", "forum", "operator", "operator"), reasons, strict=True)
    )


def test_a_site_is_named_by_days_and_by_what_it_is_told() -> None:
    follow("forum", ["deepfake"])
    named.decide("forum", "Le Forum")
    [site] = named.named_sites()
    assert site == named.NamedSite("Le Forum", now().date(), now().date(), ("deepfake",))


def test_a_site_that_stays_away_or_falls_behind_is_not_said_to_take_part() -> None:
    submit()
    key = subscribers.add("forum")
    named.decide("forum", "Le Forum")
    assert names() == [], "it has never come"
    come(key)
    assert names() == ["Le Forum"]
    start = now()
    with clock.at(lambda: start + timedelta(days=5)):
        assert names() == [], "it has not come for five days"
        subscribers.recognise(key)
        assert names() == ["Le Forum"], "it came, and there was nothing new"
        submit()
    with clock.at(lambda: start + timedelta(days=10)):
        subscribers.recognise(key)
        assert names() == [], "it comes, and does not take in what is five days old"
        come(key)
        assert names() == ["Le Forum"]
        subscribers.close("forum")
        assert names() == []


def test_a_review_desk_that_comes_is_not_a_site_that_follows() -> None:
    follow("forum")
    named.decide("forum", "Le Forum")
    SubscriberKey.objects.update(desk=True)
    assert names() == []


def test_where_an_agreement_is_required_nobody_is_named_without(settings: pytest.FixtureRequest) -> None:
    follow("forum")
    named.decide("forum", "Le Forum")
    settings.REPIT_REQUIRE_AGREEMENT = True  # type: ignore[attr-defined]
    assert names() == []
    subscribers.agree("forum", now().date())
    assert names() == ["Le Forum"]


def test_several_subscribers_of_one_name_are_one_site() -> None:
    start = now()
    with clock.at(lambda: start - timedelta(days=2)):
        follow("a", ["intimate"])
    follow("b", ["deepfake"])
    for each in ("a", "b"):
        named.decide(each, "Le Forum")
    follow("c")
    named.decide("c", "autre forum")
    other, site = named.named_sites()
    assert other.name == "autre forum"
    assert (site.name, site.kinds) == ("Le Forum", ("deepfake", "intimate"))
    assert (site.since, site.last) == ((start - timedelta(days=2)).date(), start.date())


@pytest.mark.parametrize("wrong", ["", " ", "---", "x" * 61, "a<b>", "a\u202eb", "a\nb\x00"])
def test_a_name_that_cannot_stand_on_a_page_is_refused(wrong: str) -> None:
    who = follow("forum")
    with pytest.raises(InputRefused):
        named.ask(who, wrong, actor="forum")
    assert named.asking() == []


def test_the_operator_says_whom_and_how() -> None:
    follow("forum")
    with pytest.raises(NotFound):
        named.decide("nobody", "Le Forum")
    with pytest.raises(InputRefused):
        named.decide("forum", "---")


@pytest.mark.parametrize(
    ("state", "name"), [("yes", ""), ("asked", ""), ("", "Le Forum"), ("no", "Le Forum")]
)
def test_the_database_itself_holds_that_who_is_named_has_a_name(state: str, name: str) -> None:
    follow("forum")
    with pytest.raises(IntegrityError), transaction.atomic():
        Subscriber.objects.update(named=state, public_name=name)
