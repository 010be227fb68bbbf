"""What is kept for a browser opens with its secret alone, for an hour; marks of forms prove who gave them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repit.foundation import clock
from repit.foundation.kept import fields, marks, store
from repit.foundation.kept.models import Kept
from repit.foundation.sealing import Place, Sealer, operator

pytestmark = pytest.mark.django_db
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
SECRETS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
ONCE = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def later(minutes: float):
    moment = clock.now() + timedelta(minutes=minutes)
    return clock.at(lambda: moment)


@ONCE
@given(secret=SECRETS, other=SECRETS, use=TEXTS, value=st.dictionaries(TEXTS, TEXTS, max_size=5))
def test_a_value_opens_with_its_secret_and_use_and_with_nothing_else(secret, other, use, value) -> None:
    Kept.objects.all().delete()
    store.keep(secret, use, value)
    assert store.of(secret, use) == value
    assert store.of(secret, use + ".") is None
    assert other == secret or store.of(other, use) is None
    store.keep(secret, use, {"later": "one"})
    assert store.of(secret, use) == {"later": "one"} and Kept.objects.count() == 1
    store.wipe(secret, use)
    assert store.of(secret, use) is None and not Kept.objects.exists()


def test_without_a_secret_nothing_is_found() -> None:
    store.keep("s", "use", {"a": 1})
    assert store.of("", "use") is None
    store.wipe("", "use")
    assert Kept.objects.count() == 1


def test_the_operator_s_key_alone_opens_the_outer_seal_and_stops_there() -> None:
    store.keep("only the browser has this", "use", {"words": "not for operators"})
    row = Kept.objects.get()
    place = Place("kept_kept", bytes(row.digest).hex(), "sealed")
    inner = operator("kept for a browser").open(row.sealed, place)
    assert b"operators" not in inner
    with pytest.raises(Exception, match="does not open"):
        Sealer(bytes(row.digest)).open(inner, place)


def test_a_row_that_was_moved_or_changed_does_not_open() -> None:
    store.keep("one", "use", {"a": "b"})
    store.keep("two", "use", {"c": "d"})
    first, second = Kept.objects.order_by("id")
    Kept.objects.filter(pk=first.pk).update(sealed=second.sealed)
    assert [store.of(secret, "use") for secret in ("one", "two")].count(None) == 1
    Kept.objects.update(sealed=b"\x01" + b"x" * 200)
    assert store.of("one", "use") is None is store.of("two", "use")


def test_lengths_and_moments_tell_little() -> None:
    for n in range(5):
        store.keep(f"s{n}", "use", {"text": "x" * 100 * n})
    store.keep("large", "use", {"text": "x" * 100_000})
    rows = list(Kept.objects.all())
    assert len({len(row.sealed) for row in rows}) == 2
    assert {(row.until.second, row.until.microsecond) for row in rows} == {(0, 0)}


@pytest.mark.parametrize("moved", [False, True])
def test_it_ends_within_the_hour_however_often_it_is_opened_or_moved(moved: bool) -> None:
    store.keep("s", "use", {"a": 1})
    secret = "s"
    for minutes in (20, 40, 58):
        with later(minutes):
            if moved:
                store.move(secret, secret + "+", "use")
                assert store.of(secret, "use") is None
                secret += "+"
            assert store.of(secret, "use") == {"a": 1} and store.delete_expired() == 0
    with later(60):
        assert store.of(secret, "use") is None
        assert store.delete_expired() == 1 and not Kept.objects.exists()
    store.move("nobody", "someone", "use")
    assert not Kept.objects.exists()


def test_a_place_is_claimed_once_and_again_when_its_hour_is_over() -> None:
    with transaction.atomic():
        assert store.claim("s", "use") and not store.claim("s", "use") and store.claim("s", "other")
        store.keep("s", "use", {"to": "there"})
    assert store.of("s", "use") == {"to": "there"}
    with later(61), transaction.atomic():
        assert store.claim("s", "use")


@ONCE
@given(purpose=TEXTS, answers=st.dictionaries(TEXTS.filter(lambda key: key != "_at"), TEXTS, max_size=5))
def test_a_field_gives_back_what_it_carries_for_its_purpose_only(purpose, answers) -> None:
    field = fields.sealed(purpose, answers)
    found = fields.opened(purpose, field)
    assert found is not None and found[0] == answers and found[1] >= timedelta(0)
    assert fields.opened(purpose + ".", field) is None
    with clock.at(lambda: clock._wall() - timedelta(hours=1)):
        assert fields.opened(purpose, field) is None


@ONCE
@given(noise=st.text(max_size=300), cut=st.integers(1, 40))
def test_noise_and_cut_fields_are_none_of_ours(noise: str, cut: int) -> None:
    assert fields.opened("x", noise) is None and marks.read(noise) is None
    assert marks.read(marks.made("v", "w")[:-cut]) is None


def test_a_mark_says_whose_page_it_stood_on_and_each_has_a_number_of_its_own() -> None:
    field, other = marks.made("session", "whose", "/page/"), marks.made("session", "whose", "/page/")
    mark, second = marks.read(field), marks.read(other)
    assert mark and second and (mark.session, mark.whose, mark.page) == ("session", "whose", "/page/")
    assert mark.number != second.number
    for hours, recent in ((23, True), (25, False)):
        with later(hours * 60):
            again = marks.read(field)
            assert again is not None and (again.number, again.recent) == (mark.number, recent)
    assert (
        marks.read(fields.sealed("another purpose", {"session": "", "whose": "", "page": "", "number": ""}))
        is None
    )
