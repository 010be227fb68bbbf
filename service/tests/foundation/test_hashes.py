"""One hash can only be what its kind allows, and says nothing of itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repit.foundation.errors import InputRefused
from repit.foundation.hashes import ALGORITHMS, FORMS, QUALITY_FLOOR, ROLES, Algorithm, Hash

algorithms = st.sampled_from(ALGORITHMS)


@given(algorithms, st.sampled_from(ROLES), st.binary(max_size=40), st.none() | st.integers(-300, 300))
def test_a_hash_is_taken_when_its_length_and_its_quality_are_those_of_its_kind(
    algorithm: Algorithm, role: str, value: bytes, quality: int | None
) -> None:
    allowed = {"pdq": range(101), "md5": (), "sha256": ()}[algorithm]
    good = len(value) == {"pdq": 32, "md5": 16, "sha256": 32}[algorithm]
    good = good and (quality is None or quality in allowed)
    try:
        made = Hash(algorithm, role, value, quality)  # type: ignore[arg-type]
    except InputRefused as refused:
        assert not good and refused.detail
        return
    assert good
    assert made.publishable == (quality is None or quality >= QUALITY_FLOOR)


@given(algorithms, st.binary(min_size=32, max_size=32), st.integers(0, 100))
def test_what_is_printed_of_a_hash_is_its_kind_and_role_alone(
    algorithm: Algorithm, value: bytes, quality: int
) -> None:
    form = FORMS[algorithm]
    made = Hash(algorithm, "whole", value[: form.length], quality if form.perceptual else None)
    assert repr(made) == str(made) == f"{made}" == f"Hash({algorithm}, whole, …)"


def test_only_what_is_seen_is_perceptual() -> None:
    assert [algorithm for algorithm in ALGORITHMS if FORMS[algorithm].perceptual] == ["pdq"]


def test_an_index_that_was_kept_still_means_the_same_kinds() -> None:
    """They are written as their number: a new one may only be put last."""
    assert ALGORITHMS[:3] == ("pdq", "md5", "sha256")
    assert ROLES[:2] == ("whole", "anchored")


def test_a_hash_that_is_none_is_refused_in_both_languages() -> None:
    with pytest.raises(InputRefused) as caught:
        Hash("md5", "whole", bytes(32))
    assert [caught.value.shown(language)[0] for language in ("en", "fr")] == [
        "A hash has the wrong length.",
        "Une empreinte n’a pas la bonne longueur.",
    ]
