"""Values some at a time, by how many they are and by what they weigh."""

from hypothesis import given
from hypothesis import strategies as st

from repit.foundation.batches import batched


@given(st.lists(st.integers(0, 20)), st.integers(1, 6), st.integers(1, 30))
def test_none_is_lost_and_no_list_is_longer_or_heavier_than_told(
    weights: list[int], most: int, heaviest: int
) -> None:
    lists = list(batched(weights, lambda weight: weight, most=most, heaviest=heaviest))
    assert [weight for some in lists for weight in some] == weights
    assert all(0 < len(some) <= most for some in lists)
    assert all(sum(some) <= heaviest or len(some) == 1 for some in lists)


def test_a_full_list_waits_for_no_further_value() -> None:
    def source():
        yield from (1, 2)
        raise AssertionError("asked for a third")

    assert next(batched(source(), lambda _: 0, most=2, heaviest=9)) == [1, 2]
