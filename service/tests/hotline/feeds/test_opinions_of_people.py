"""What suspends an item without the hotline's own people: moderators of several platforms, who looked."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repit.foundation import clock
from repit.foundation.clock import now
from repit.foundation.errors import NotFound
from repit.foundation.hashes import Hash
from repit.hotline.bank import doubt_rule, feed, items
from repit.hotline.bank.doubt_rule import DEEP, VOICES, Voice
from repit.hotline.bank.models import Question
from repit.hotline.bank.types import Submission
from repit.hotline.feeds import keys, opinions, subscribers
from repit.hotline.feeds.keys import Granted

pytestmark = pytest.mark.django_db


def submit(*, family: bool = True) -> str:
    hashes = [Hash("pdq", "whole", secrets.token_bytes(32), 90)]
    if family:
        hashes.append(Hash("pdq", "anchored", secrets.token_bytes(32), 90))
    taken = items.submit(Submission("picture", "intimate", tuple(hashes)), actor="test", publish=True)
    return taken.item


def platform(name: str, party: str = "", *, people: bool = True) -> tuple[Granted, Granted]:
    """Who its scripts are, and who its desk is."""
    script = keys.recognise(subscribers.add(name))
    subscribers.set_people(name, people, party)
    desk = keys.recognise(subscribers.rotate(name, desk=True), "repit", opinions=True)
    return script, desk


def state(name: str) -> str:
    return items.states([name])[name]


def asked(name: str) -> list[str]:
    return list(Question.objects.filter(item__token=name).values_list("why", flat=True))


def say(who: Granted, name: str, view: str = "not_blocked", depth: int | None = 90) -> None:
    opinions.give(who, [name], view, depth=depth)


def test_moderators_of_three_parties_suspend_it_and_two_ask_a_person():
    name, desks = submit(), [platform(f"platform {n}")[1] for n in range(VOICES)]
    for desk in desks[:-1]:
        say(desk, name)
        say(desk, name)
    assert state(name) == "active" and asked(name) == ["voices"]
    say(desks[-1], name)
    assert state(name) == "disputed" and asked(name) == ["voices"]


def test_scripts_with_a_key_suspend_nothing_however_many_there_are():
    name = submit()
    scripts = [platform(f"platform {n}")[0] for n in range(30)]
    for number, script in enumerate(scripts, 1):
        say(script, name)
        assert asked(name) == (["voices"] if number >= doubt_rule.MACHINES else [])
    assert state(name) == "active"


def test_who_has_no_moderators_that_the_hotline_knows_of_counts_as_a_script():
    name = submit()
    for n in range(6):
        say(platform(f"platform {n}", people=False)[1], name)
    assert state(name) == "active"


def test_several_subscribers_of_one_party_are_one_voice():
    name = submit()
    for n in range(6):
        say(platform(f"brand {n}", "one company")[1], name)
    say(platform("another")[1], name)
    assert state(name) == "active"


def test_those_whose_people_block_it_weigh_against_and_all_are_asked_to_look_again_once():
    name = submit()
    against, honest = [platform(f"a{n}")[1] for n in range(4)], [platform(f"h{n}")[1] for n in range(2)]
    say(honest[0], name, "blocked")
    assert asked(name) == []
    say(against[0], name)
    newest = feed.changes_after(0)[-1].item
    assert (newest.item, newest.state, newest.asked) == (name, "active", 1)
    for desk in against[1:]:
        say(desk, name)
    say(honest[1], name, "blocked")
    assert [change.item.asked for change in feed.changes_after(0)][-1] == 1


def test_two_who_collude_cannot_outvote_one_who_looked():
    name = submit()
    say(platform("honest")[1], name, "blocked")
    for n in range(2):
        say(platform(f"colluding {n}")[1], name)
    assert state(name) == "active"


def test_a_harmless_picture_made_to_have_another_s_hash_speaks_for_nobody():
    name, plain = submit(), submit(family=False)
    for n in range(5):
        desk = platform(f"platform {n}")[1]
        say(desk, name, depth=DEEP - 1)
        say(desk, plain, depth=None)
    assert state(name) == "active" and asked(name) == ["voices"]
    assert state(plain) == "disputed"
    other = submit()
    for n in range(5, 10):
        say(platform(f"platform {n}")[1], other, depth=None)
    assert state(other) == "active" and "could not compare" in Question.objects.get(item__token=other).reason


def test_a_script_does_not_unsay_what_people_said():
    name, others = submit(), [platform(f"p{n}")[1] for n in range(3)]
    script, desk = platform("broken into")
    say(desk, name, "blocked")
    for view in ("pending", "not_blocked"):
        say(script, name, view)
    for other in others[:2]:
        say(other, name)
    assert state(name) == "active"


def test_voices_of_months_do_not_add_up_and_what_was_said_before_it_was_kept_does_not_count():
    name, desks = submit(), [platform(f"p{n}")[1] for n in range(3 + 2 * VOICES)]
    moment = now()
    for number, desk in enumerate(desks[:3]):
        later = moment + timedelta(days=31 * number)
        with clock.at(lambda later=later: later):
            say(desk, name)
    assert state(name) == "active"
    with clock.at(lambda: later):
        items.settle(name, actor="person", reason="a real case")
    later += timedelta(hours=1)
    with clock.at(lambda: later):
        for number, desk in enumerate(desks[3:], 1):
            say(desk, name)
            assert (state(name) == "disputed") == (number >= 2 * VOICES)


def test_who_is_closed_or_muted_is_not_heard():
    name, desks = submit(), [platform(f"p{n}")[1] for n in range(3)]
    for desk in desks[:2]:
        say(desk, name)
    subscribers.close("p0")
    say(desks[2], name)
    assert state(name) == "active"


def test_the_desk_s_key_ends_when_the_operator_takes_its_people_away():
    subscribers.add("forum")
    subscribers.set_people("forum", True)
    key = subscribers.rotate("forum", desk=True)
    assert keys.recognise(key, "repit", opinions=True).desk
    subscribers.set_people("forum", False)
    with pytest.raises(Exception, match="key"):
        keys.recognise(key, "repit", opinions=True)
    with pytest.raises(NotFound):
        subscribers.set_people("nobody", True)


VIEWS = st.sampled_from(["blocked", "not_blocked", "pending", "none"])
VOICE = st.builds(
    Voice,
    party=st.sampled_from("abcdefgh"),
    view=VIEWS,
    people=st.booleans(),
    deep=st.none() | st.integers(0, 100),
)


@given(st.lists(VOICE, max_size=30), st.booleans(), st.integers(0, 3))
def test_nothing_is_suspended_unless_enough_parties_people_say_so_and_few_say_otherwise(
    voices: list[Voice], family: bool, keeps: int
):
    judged = doubt_rule.by_voices(voices, family=family, keeps=keeps)
    objecting = {voice.party for voice in voices if voice.people and voice.view == "not_blocked"}
    otherwise = {voice.party for voice in voices if voice.people and voice.view == "blocked"}
    if judged.finding == "suspend":
        assert len(objecting - otherwise) >= VOICES * 2**keeps and len(objecting - otherwise) > 2 * len(
            otherwise
        )
    machines = [voice for voice in voices if not voice.people]
    assert doubt_rule.by_voices(machines, family=family).finding != "suspend"
    one_more = [*voices, *(Voice(f"honest {n}", "blocked", True) for n in range(len(objecting)))]
    assert doubt_rule.by_voices(one_more, family=family, keeps=keeps).finding != "suspend"
