"""How long something rests before it is tried again."""

from hypothesis import given
from hypothesis import strategies as st

from repit.foundation.jobs.backoff import pause


def test_each_pause_is_twice_the_one_before_up_to_the_longest():
    assert [pause(tries, 5.0, 60.0) for tries in range(1, 7)] == [5.0, 10.0, 20.0, 40.0, 60.0, 60.0]


@given(st.integers(-(10**6), 10**9), st.floats(0.1, 100), st.floats(100, 1e6))
def test_no_count_of_tries_makes_it_shorter_than_the_first_or_longer_than_the_longest(
    tries: int, first: float, longest: float
):
    assert first <= pause(tries, first, longest) <= longest
    assert pause(tries, first, longest) <= pause(tries + 1, first, longest)
