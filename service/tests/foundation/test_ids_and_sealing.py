"""Case numbers, secrets, seals and digests."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repit.foundation import ids
from repit.foundation.errors import SealBroken
from repit.foundation.sealing import Place, Sealer, derive, keyed_digest

KEY = bytes(range(32))
places = st.builds(Place, st.text(max_size=5), st.text(max_size=5), st.text(max_size=5), st.integers(1, 9))


def test_a_case_number_is_recognised_however_it_is_typed():
    number = ids.case_number()
    for typed in (number, number.lower(), number.replace("-", ""), f" {number[:3]} {number[3:]}"):
        assert ids.is_case_number(typed)
    assert ids.is_case_number(number.replace("0", "o").replace("1", "i"))


@given(st.integers(0, 9), st.integers(1, 31))
def test_every_single_wrong_digit_is_noticed(place: int, shift: int):
    number = ids.normal(ids.case_number())
    wrong = ids.ALPHABET[(ids.ALPHABET.index(number[place]) + shift) % 32]
    assert not ids.is_case_number(number[:place] + wrong + number[place + 1 :])


@given(st.integers(0, 8))
def test_every_swapped_pair_is_noticed(place: int):
    number = ids.normal(ids.case_number())
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert swapped == number or not ids.is_case_number(swapped)


@given(st.text(max_size=30))
def test_any_text_is_a_case_number_or_not(typed: str):
    assert ids.is_case_number(typed) in (True, False)


def test_names_are_not_repeated():
    assert len({ids.token() for _ in range(1000)} | {str(ids.random_key()) for _ in range(1000)}) == 2000


@given(st.binary(max_size=200), places)
def test_what_is_sealed_opens_in_its_place(value: bytes, place: Place):
    sealer = Sealer(KEY)
    sealed = sealer.seal(value, place)
    assert sealer.open(sealed, place) == value and len(sealed) == len(value) + 41


@given(places, places)
def test_what_is_sealed_opens_nowhere_else(here: Place, there: Place):
    sealed = Sealer(KEY).seal(b"value", here)
    if here != there:
        with pytest.raises(SealBroken):
            Sealer(KEY).open(sealed, there)
    with pytest.raises(SealBroken):
        Sealer(derive(KEY, "other")).open(sealed, here)


@given(st.data())
def test_one_altered_bit_is_noticed(data: st.DataObject):
    place = Place("t", "r", "c")
    sealed = bytearray(Sealer(KEY).seal(b"some value", place))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(SealBroken):
        Sealer(KEY).open(bytes(sealed), place)


@given(st.binary(max_size=80))
def test_noise_is_not_a_sealed_value(noise: bytes):
    with pytest.raises(SealBroken):
        Sealer(KEY).open(noise, Place("t", "r", "c"))


def test_the_same_value_is_sealed_differently_each_time():
    assert Sealer(KEY).seal(b"v", Place("t", "r", "c")) != Sealer(KEY).seal(b"v", Place("t", "r", "c"))


def test_digests_depend_on_the_key_the_use_and_where_the_parts_end(settings):
    first = keyed_digest("use", b"ab", b"c")
    assert first == keyed_digest("use", b"ab", b"c")
    others = [keyed_digest("use", b"a", b"bc"), keyed_digest("other", b"ab", b"c")]
    settings.REPIT_OPERATOR_KEY = secrets.token_bytes(32)
    others.append(keyed_digest("use", b"ab", b"c"))
    assert first not in others and len(set(others)) == 3


def test_a_sealer_does_not_show_its_key():
    assert KEY.hex() not in repr(Sealer(KEY)) and not hasattr(Sealer(KEY), "__dict__")
