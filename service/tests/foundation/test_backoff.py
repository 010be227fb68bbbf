"""How long something rests before it is tried again."""

from hypothesis import given
from hypothesis import strategies as st

from repit.foundation.jobs.backoff import Backoff


def test_each_pause_is_twice_the_one_before_up_to_the_longest():
    backoff = Backoff(5.0, 60.0)
    assert [backoff.pause(attempts) for attempts in range(1, 7)] == [5.0, 10.0, 20.0, 40.0, 60.0, 60.0]


@given(st.integers(-(10**6), 10**9), st.floats(0.1, 100), st.floats(100, 1e6))
def test_no_count_of_attempts_makes_it_shorter_than_the_first_or_longer_than_the_longest(
    attempts: int, first: float, longest: float
):
    backoff = Backoff(first, longest)
    assert first <= backoff.pause(attempts) <= longest
    assert backoff.pause(attempts) <= backoff.pause(attempts + 1)


@given(st.integers(1, 100), st.floats(0.0, 0.9))
def test_chance_moves_a_pause_by_its_part_and_no_further(attempts: int, spread: float):
    even, spread_out = Backoff(5.0, 60.0), Backoff(5.0, 60.0, spread)
    parts = spread_out.pause(attempts) / even.pause(attempts)
    assert 1 - spread - 1e-9 <= parts <= 1 + spread + 1e-9
