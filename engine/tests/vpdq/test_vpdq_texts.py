"""vPDQ's two texts: what was written comes back, and what is not exactly so is refused."""

import json
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repit_engine import vpdq
from repit_engine.errors import MomentsRefused, WrongInput
from repit_engine.moments.features import from_features, to_features
from repit_engine.vpdq import Features

CODE = "34ada6b96d18d2491a79f80f07f2c9936fe6083dfb6983d8a4a36db40034df54"
READERS = (vpdq.from_lines, vpdq.from_json)


@st.composite
def some_features(draw: st.DrawFn, longest: int = 10**7) -> Features:
    count = draw(st.integers(1, 20))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    ms = draw(st.lists(st.integers(0, longest), unique=True, min_size=count, max_size=count))
    return Features(
        np.arange(count, dtype=np.int64),
        rng.integers(0, 256, (count, 32), np.uint8),
        rng.integers(0, 101, count, np.uint8),
        np.array(sorted(ms), np.int64),
    )


@given(some_features())
def test_lines_come_back_as_they_went_out(features: Features) -> None:
    again = vpdq.from_lines(vpdq.to_lines(features))
    for column in ("frames", "hashes", "qualities", "ms"):
        np.testing.assert_array_equal(getattr(again, column), getattr(features, column))


@given(some_features())
def test_json_comes_back_with_the_hashes_and_times_to_three_digits(features: Features) -> None:
    again = vpdq.from_json(vpdq.to_json(features))
    np.testing.assert_array_equal(again.hashes, features.hashes)
    np.testing.assert_array_equal(again.qualities, features.qualities)
    assert (np.abs(again.ms - features.ms) <= np.maximum(1, features.ms * 0.0051)).all()


def test_times_that_were_rounded_together_are_restored_from_their_order() -> None:
    ms = np.arange(0, 1500_000, 1000)
    rng = np.random.default_rng(1)
    given_ones = Features(
        np.arange(len(ms)), rng.integers(0, 256, (len(ms), 32), np.uint8), np.full(len(ms), 90, np.uint8), ms
    )
    text = vpdq.to_json(given_ones)
    assert ',1.23e+03"' in text
    again = vpdq.from_json(text)
    assert np.abs(again.ms - ms).max() <= 1000
    assert np.median(np.abs(again.ms - ms)) <= 500
    assert (np.diff(again.ms) > 0).all()


def test_what_the_programs_write_is_read_as_they_meant_it() -> None:
    lines = vpdq.from_lines(f"0,100,{CODE},0.000\n30,7,{CODE.upper()},1.001\r\n")
    assert lines.frames.tolist() == [0, 30]
    assert lines.qualities.tolist() == [100, 7]
    assert lines.ms.tolist() == [0, 1001]
    assert lines.hashes[1].tobytes().hex() == CODE
    older = vpdq.from_lines(f"0,100,{CODE},0\n1,100,{CODE},0.0327\n")
    assert older.ms.tolist() == [0, 33]
    assert vpdq.from_json(json.dumps([f"{CODE},100,1e+02"])).ms.tolist() == [100_000]
    assert len(vpdq.from_json("[]")) == 0


WRONG_LINES = (
    "",
    "\n",
    f"0,100,{CODE}",
    f"0,100,{CODE},0.0,1",
    f"-1,100,{CODE},0.0",
    f"0,101,{CODE},0.0",
    f"0,050,{CODE},0.0",
    f"0,100,{CODE[:-1]},0.0",
    f"0,100,{CODE[:-1]}g,0.0",
    f"0,100,{CODE},-1.0",
    f"0,100,{CODE},nan",
    f"0,100,{CODE},inf",
    f"0,100,{CODE},1e99",
    f"0,100,{CODE},1e+99",
    f"0,100,{CODE},1_0",
    f"٣,100,{CODE},0.0",
    f"0,100,{CODE},0.0\n\n1,100,{CODE},1.0",
    f"0, 100,{CODE},0.0",
    f"0,100,{CODE},2.0\n1,100,{CODE},1.0",
    f"9999999999,100,{CODE},0.0",
)
WRONG_JSON = (
    "",
    "{}",
    "null",
    "[1]",
    "[null]",
    f'"{CODE},100,0.0"',
    f'["0,100,{CODE},0.0"]',
    f'["{CODE},100"]',
    f'["{CODE},100,NaN"]',
    f'["{CODE},100,2.0","{CODE},100,1.0"]',
    "[" * 100_000,
    "[" + '"a",' * 10,
)


@pytest.mark.parametrize("text", WRONG_LINES)
def test_lines_that_are_not_exactly_so_are_refused(text: str) -> None:
    with pytest.raises(MomentsRefused):
        vpdq.from_lines(text)


@pytest.mark.parametrize("text", WRONG_JSON, ids=range(len(WRONG_JSON)))
def test_json_that_is_not_exactly_so_is_refused(text: str) -> None:
    with pytest.raises(MomentsRefused):
        vpdq.from_json(text)


@pytest.mark.parametrize("read", READERS)
@given(text=st.text(alphabet='0123456789abcdef,.e+-\n"[]\u0663 '))
def test_whatever_comes_is_read_or_refused(read: Callable[[str], Features], text: str) -> None:
    try:
        features = read(text)
    except MomentsRefused as refused:
        assert text[:40] not in str(refused) or len(text) < 8
    else:
        assert (np.diff(features.ms) >= 0).all()


def test_a_refusal_and_a_repr_show_no_hash() -> None:
    with pytest.raises(MomentsRefused) as refused:
        vpdq.from_lines(f"0,101,{CODE},0.0")
    assert CODE not in str(refused.value)
    assert repr(vpdq.from_lines(f"0,100,{CODE},0.0")) == "Features(1)"


def test_features_of_different_lengths_are_wrong_input() -> None:
    with pytest.raises(WrongInput):
        Features(np.arange(2), np.zeros((1, 32), np.uint8), np.zeros(1, np.uint8), np.zeros(1, np.int64))


@given(some_features())
def test_features_become_moments_of_those_that_are_worth_it_and_back(features: Features) -> None:
    moments = from_features(features)
    worth = features.qualities >= 50
    np.testing.assert_array_equal(moments.whole, features.hashes[worth])
    np.testing.assert_array_equal(moments.begins, features.ms[worth])
    assert not len(moments.anchored)
    back = to_features(moments)
    np.testing.assert_array_equal(back.hashes, moments.whole)
    assert vpdq.to_lines(back).count("\n") == len(moments)


def test_repeats_among_features_are_joined() -> None:
    row = np.arange(32, dtype=np.uint8)
    near = row.copy()
    near[0] ^= 3
    other = ~row
    features = Features(
        np.arange(4),
        np.stack([row, near, other, other]),
        np.full(4, 99, np.uint8),
        np.array([0, 900, 900, 4000]),
    )
    moments = from_features(features)
    assert moments.begins.tolist() == [0, 4000]
    assert moments.ends.tolist() == [900, 4000]
    later = Features(features.frames, features.hashes, features.qualities, np.array([0, 900, 1900, 4000]))
    assert from_features(later).begins.tolist() == [0, 1900]
    assert from_features(later).ends.tolist() == [900, 4000]
