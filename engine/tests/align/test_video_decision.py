"""Which videos an upload shows, and from when to when."""

from dataclasses import replace

import numpy as np
import pytest
from footage import Footage, Returning, Shown, asked, bits_of, joined, moments_of
from hypothesis import given, settings
from hypothesis import strategies as st
from video_banks import FOOTAGE, ITEMS, OTHER, bank, decided, of, within

from repit_engine.align import DEFAULT_VIDEO_RULE, VideoIndex, decide_video, rule, times_within
from repit_engine.align.judging import judged
from repit_engine.align.upload import Upload
from repit_engine.anchors import Kind
from repit_engine.decision import Strength
from repit_engine.errors import WrongInput
from repit_engine.moments import Asked, VideoStage
from repit_engine.pdq import Orientation
from repit_engine.stoplist import StopList


@pytest.fixture(scope="module")
def index():
    held = bank()
    yield held
    held.close()


def only(decision):
    assert [match.strength for match in decision.matches] == [Strength.BLOCK]
    return decision.matches[0]


def near(value: float, wanted: float, most: float = 500) -> bool:
    return abs(value - wanted) <= most


@pytest.mark.parametrize("item", range(ITEMS))
def test_a_clip_is_found_and_placed(index, item):
    match = only(decided(index, Shown((FOOTAGE[item], 7_310, 10_000, 1))))
    assert match.item == item
    assert not match.piece
    (segment,) = match.segments
    assert near(segment.upload_from, 0)
    assert near(segment.upload_to, 10_000)
    assert near(segment.item_from, 7_310)
    assert near(segment.item_to, 17_310)


@pytest.mark.parametrize("speed", [0.5, 0.63, 0.8, 1.1, 1.5, 2.0])
def test_a_clip_that_runs_faster_or_slower_is_found_with_its_speed(index, speed):
    match = only(decided(index, Shown((FOOTAGE[1], 5_000, 9_000, speed))))
    assert (match.item, match.reversed) == (1, False)
    assert match.segments[0].speed == pytest.approx(speed, abs=0.05)


def test_footage_that_runs_backwards_is_found_and_said_to(index):
    match = only(decided(index, Shown((FOOTAGE[2], 25_000, 10_000, -1))))
    assert match.reversed
    (segment,) = match.segments
    assert segment.speed == pytest.approx(-1, abs=0.03)
    assert near(segment.item_from, 15_000)
    assert near(segment.item_to, 25_000)


def test_a_mirror_image_is_met_turned(index):
    upload = Shown((FOOTAGE[3], 7_000, 8_000, 1))
    decision = decide_video([upload.dense(turn=1)], index, duration=upload.duration)
    assert only(decision).orientation is Orientation.MIRRORED


def test_hashes_that_are_turned_differently_do_not_agree(index):
    upload = Shown((FOOTAGE[3], 7_000, 8_000, 1))
    asked = upload.dense()
    mixed = replace(asked, orientation=(asked.ms // 400 % 8).astype(np.uint8))
    match = only(decide_video([mixed], index, duration=upload.duration))
    plain = only(decide_video([asked], index, duration=upload.duration))
    assert match.scenes < plain.scenes


def test_a_crop_is_found_by_its_squares(index):
    upload = Shown((FOOTAGE[4], 7_000, 8_000, 1))
    match = only(decide_video([upload.dense(whole=False)], index, duration=upload.duration))
    assert match.item == 4
    assert near(match.segments[0].item_from, 7_000)


def test_squares_that_say_nothing_have_no_voice_and_frames_as_a_whole_keep_theirs(index):
    upload = Shown((FOOTAGE[4], 7_000, 8_000, 1))
    squares, all_of_it = upload.dense(whole=False), upload.dense()
    stops = StopList(all_of_it.hashes)
    assert not decide_video([squares], index, duration=upload.duration, stoplist=stops).matches
    assert only(decide_video([all_of_it], index, duration=upload.duration, stoplist=stops)).item == 4


@pytest.mark.parametrize(
    ("footage", "begin", "length"),
    [
        (Returning(705, 60, 2.0, 0.1, 3, as_before=False), 3_310, 10_000),
        (Returning(702, 60, 2.0, 0.8, 2, as_before=True), 21_700, 3_000),
    ],
    ids=["hardly moving", "held as before"],
)
def test_a_clip_of_footage_that_returns_to_a_view_is_found_and_placed(footage, begin, length):
    index = VideoIndex()
    index.add(0, moments_of(footage))
    (segment,) = only(decided(index, Shown((footage, begin, length, 1)))).segments
    assert near(segment.item_from, begin)
    assert near(segment.item_to, begin + length)


def test_a_clip_between_other_footage_is_cut_out_where_it_stands(index):
    upload = Shown((OTHER[0], 0, 6_330, 1), (FOOTAGE[5], 9_120, 8_000, 1), (OTHER[0], 30_000, 7_000, 1))
    match = only(decided(index, upload))
    (segment,) = match.segments
    assert near(segment.upload_from, 6_330)
    assert near(segment.upload_to, 14_330)
    assert near(segment.item_from, 9_120)
    assert near(segment.item_to, 17_120)


def test_several_parts_of_one_item_and_of_another_are_all_named(index):
    upload = Shown(
        (FOOTAGE[1], 20_000, 7_000, 1),
        (OTHER[0], 0, 5_000, 1),
        (FOOTAGE[2], 3_000, 7_000, 1),
        (FOOTAGE[1], 4_000, 7_000, 1),
    )
    decision = decided(index, upload)
    found = {match.item: match for match in decision.matches}
    assert set(found) == {1, 2}
    assert [near(part.upload_from, start) for part, start in zip(found[1].segments, (0, 19_000), strict=True)]
    assert [round(part.item_from / 1000) for part in found[1].segments] == [20, 4]
    (segment,) = found[2].segments
    assert near(segment.upload_from, 12_000)
    assert near(segment.upload_to, 19_000)


def test_a_long_upload_that_holds_all_of_an_item_says_where(index):
    upload = Shown((OTHER[0], 0, 9_000, 1), (FOOTAGE[6], 0, 40_000, 1), (OTHER[1], 0, 9_000, 1))
    (segment,) = only(decided(index, upload)).segments
    assert near(segment.upload_from, 9_000)
    assert near(segment.upload_to, 49_000)
    assert near(segment.item_from, 0)
    assert near(segment.item_to, 40_000)


@pytest.mark.parametrize("seed", range(2_000, 2_012))
def test_other_footage_is_no_match(index, seed):
    assert decided(index, Shown((Footage(seed, 30, shake=0.8), 0, 30_000, 1))).matches == ()


@pytest.mark.parametrize("length", [40, 200, 400])
def test_frames_in_another_order_than_the_items_are_no_match(index, length):
    order = np.random.default_rng(length).permutation(np.arange(0, 40_000 - length, length))[
        : 12_000 // length
    ]
    upload = Shown(*((FOOTAGE[8], float(begin), length, 1) for begin in order))
    assert decided(index, upload).matches == ()


def test_an_empty_bank_and_an_empty_upload_match_nothing(index):
    upload = Shown((FOOTAGE[0], 0, 5_000, 1))
    assert decided(VideoIndex(), upload).matches == ()
    none = decide_video([], index, duration=0)
    assert (none.matches, none.stages, none.hashes) == ((), 0, 0)
    assert (none.best, none.strength) == (None, Strength.NONE)


def test_an_upload_of_less_than_no_length_is_refused(index):
    with pytest.raises(WrongInput):
        decide_video([], index, duration=-1)


def test_what_is_sure_after_one_stage_is_asked_no_further(index):
    upload = Shown((FOOTAGE[0], 2_000, 30_000, 1))
    decision = decide_video([upload.dense(), upload.seconds()], index, duration=upload.duration)
    assert (decision.stages, decision.hashes) == (1, len(upload.dense()))


def test_what_was_judged_by_all_that_was_heard_is_not_judged_again(index, monkeypatch):
    judgings = []
    monkeypatch.setattr(rule, "judged", lambda *of: judgings.append(of) or judged(*of))
    upload = Shown((FOOTAGE[0], 2_000, 9_000, 1))
    only(decide_video([upload.dense()], index, duration=upload.duration))
    assert len(judgings) == 1


def test_no_more_is_asked_than_the_budget_allows(index):
    upload = Shown((OTHER[0], 0, 20_000, 1))
    decision = decide_video(
        [upload.dense(), upload.seconds()], index, duration=upload.duration, most=len(upload.dense())
    )
    assert decision.hashes == len(upload.dense())


def test_what_was_met_is_asked_about_again_and_ends_become_exact(index):
    upload = Shown((OTHER[0], 0, 6_330, 1), (FOOTAGE[5], 9_120, 12_000, 1), (OTHER[0], 30_000, 7_000, 1))
    wanted: list[tuple[tuple[int, int], ...]] = []

    def again(spans):
        wanted.append(spans)
        return within(upload.dense(), spans)

    decision = decide_video([upload.seconds()], index, duration=upload.duration, again=again)
    assert decision.stages == 2
    (segment,) = only(decision).segments
    assert near(segment.upload_from, 6_330)
    assert near(segment.upload_to, 18_330)
    (spans,) = wanted
    edges = np.array(spans).ravel()
    assert (np.diff(edges) > 0).all()
    assert 0 <= edges.min() <= edges.max() <= upload.duration
    times = times_within(spans)
    assert all(np.diff(times[(times >= begin) & (times <= end)]).max() <= 140 for begin, end in spans)


def test_of_spans_that_last_for_weeks_by_their_clock_no_more_times_are_asked_than_there_is_room_for():
    assert len(times_within(((0, 1_000), (5_000, 4_000_000_000)))) < 200_000


def test_a_video_that_is_withdrawn_while_it_is_looked_at_is_no_match():
    class Withdrawing(VideoIndex):
        def moments(self, number):
            self.remove(number)
            return super().moments(number)

    held = Withdrawing()
    held.add(1, moments_of(FOOTAGE[0]))
    assert decided(held, Shown((FOOTAGE[0], 2_000, 9_000, 1))).matches == ()


def test_a_clock_that_lies_about_the_end_takes_nothing_from_what_is_shown(index):
    """The last frame is stamped seven weeks after the one before."""
    upload = Shown((FOOTAGE[2], 3_000, 3_000, 1))
    dense, weeks = upload.dense(), 4_000_000_000
    late = of(dense, dense.ms == 0)
    late = replace(late, ms=late.ms + weeks)
    honest = decide_video([dense], index, duration=upload.duration)
    lying = decide_video([joined(dense, late)], index, duration=weeks)
    assert only(lying).expected_false <= 2 * only(honest).expected_false


def test_what_is_muted_is_met_all_the_same(index):
    upload = Shown((FOOTAGE[0], 2_000, 9_000, 1))
    title = decided(index, upload, muted=lambda ids: (ids % (1 << 20) >= 2) & (ids % (1 << 20) <= 10))
    assert (title.strength, title.best.piece) == (Strength.REVIEW, True)
    only(decided(index, upload, muted=lambda ids: np.ones(len(ids), np.bool_)))  # no film is all title


@settings(max_examples=12, deadline=None)
@given(st.integers(0, ITEMS - 1), st.integers(0, 30_000), st.integers(0, 10**6))
def test_the_order_of_hashes_decides_nothing(index, item, begin, seed):
    upload = Shown((OTHER[0], 0, 3_000, 1), (FOOTAGE[item], begin, 6_000, 1))
    asked = joined(upload.dense(), upload.seconds())
    mixed = of(asked, np.random.default_rng(seed).permutation(len(asked)))
    assert decide_video([asked], index, duration=upload.duration) == decide_video(
        [mixed], index, duration=upload.duration
    )


@settings(max_examples=12, deadline=None)
@given(st.integers(0, ITEMS - 1), st.integers(0, 30_000), st.floats(0.05, 0.9), st.integers(0, 10**6))
def test_part_of_what_is_asked_never_invents_a_match(index, item, begin, share, seed):
    upload = Shown((FOOTAGE[item], begin, 8_000, 1), (OTHER[1], 0, 5_000, 1))
    asked = upload.dense()
    part = of(asked, np.random.default_rng(seed).random(len(asked)) < share)
    decision = decide_video([part], index, duration=upload.duration)
    assert {match.item for match in decision.matches} <= {item}
    foreign = of(asked, asked.ms >= 8_000)
    assert decide_video([foreign], index, duration=upload.duration).matches == ()


@settings(max_examples=8, deadline=None)
@given(st.integers(0, ITEMS - 1), st.integers(1, 10**6))
def test_an_upload_that_begins_later_is_placed_as_much_later(index, item, later):
    upload = Shown((OTHER[0], 0, 3_000, 1), (FOOTAGE[item], 5_000, 9_000, 1), (OTHER[0], 9_000, 3_000, 1))
    asked = upload.dense()
    moved = replace(asked, ms=asked.ms + later)
    first = decide_video([asked], index, duration=upload.duration)
    second = decide_video([moved], index, duration=upload.duration + later)
    assert len(first.matches) == len(second.matches) == 1
    for before, other in zip(first.best.segments, second.best.segments, strict=True):
        assert near(other.upload_from - before.upload_from, later, 60)
        assert near(other.upload_to - before.upload_to, later, 60)
        assert near(other.item_from, before.item_from, 60)


def test_evidence_grows_with_scenes_and_shrinks_with_the_bank(index):
    long, short = (decided(index, Shown((FOOTAGE[2], 3_000, length, 1))) for length in (20_000, 6_000))
    assert long.best.expected_false < short.best.expected_false
    assert long.best.scenes > short.best.scenes

    class Large:
        rows = 42_000_000
        search, moments = index.search, index.moments

    large = decided(Large(), Shown((FOOTAGE[2], 3_000, 20_000, 1)))
    assert large.best.expected_false > long.best.expected_false
    assert large.strength is Strength.BLOCK


def farther(upload: Asked, bits: int) -> Asked:
    """Every hash so many bits farther off."""
    rng = np.random.default_rng(77)
    rows = np.unpackbits(upload.hashes, axis=1)
    order = rng.random(rows.shape).argsort(axis=1)[:, :bits]
    np.put_along_axis(rows, order, 1 - np.take_along_axis(rows, order, axis=1), axis=1)
    return replace(upload, hashes=np.packbits(rows, axis=1))


class Noted:
    """An index as if it held `rows` hashes; which searches were made: radius, queries."""

    def __init__(self, index: VideoIndex, rows: int) -> None:
        self.index, self.rows, self.searched = index, rows, list[tuple[int, int]]()
        self.moments = index.moments

    def search(self, hashes, radius):
        self.searched.append((radius, len(hashes)))
        return self.index.search(hashes, radius)


def test_moments_that_are_all_just_beyond_the_radius_are_met_by_looking_wider(index):
    upload = Shown((FOOTAGE[4], 7_000, 8_000, 1), noise=0.0)
    stage = farther(upload.dense(), 34)
    noted = Noted(index, index.rows)
    assert only(decide_video([stage], noted, duration=upload.duration)).item == 4
    assert noted.searched[:2] == [(31, len(stage)), (39, len(stage))]
    assert not np.diff(index.search(stage.hashes, 31).lims).any()


def test_what_is_sure_is_not_looked_for_more_widely(index):
    upload = Shown((FOOTAGE[4], 7_000, 8_000, 1))
    noted = Noted(index, index.rows)
    only(decide_video([upload.dense()], noted, duration=upload.duration))
    assert noted.searched[0] == (31, len(upload.dense())) and 39 not in dict(noted.searched)


@pytest.mark.parametrize(("times", "radius", "share"), [(8, 39, 1.0), (5, 35, 1.0), (3, 35, 2 / 3)])
def test_looking_wider_costs_no_more_than_the_largest_upload(index, times, radius, share):
    asked_of_it = Shown((OTHER[0], 0, 12_000, 1)).dense()
    noted = Noted(index, rule.MOST_SEARCHED // (times * len(asked_of_it)))
    decide_video([asked_of_it], noted, duration=12_000)
    (_, first), (wider, queries) = noted.searched
    assert wider == radius
    assert queries == pytest.approx(share * first, abs=2)
    assert noted.rows * (first + dict(rule.WIDER)[wider] * queries) <= rule.MOST_SEARCHED


def test_a_bank_too_large_for_more_is_searched_once(index):
    stage = Shown((OTHER[0], 0, 12_000, 1)).dense()
    noted = Noted(index, rule.MOST_SEARCHED // len(stage) + 1)
    decide_video([stage], noted, duration=12_000)
    assert noted.searched == [(31, len(stage))]


def test_a_view_that_a_hand_holds_is_found_by_moments_that_follow_one_another():
    """Every other moment is asked about, by one thing that stays in view: near to it at any time."""
    found = []
    for seed in range(12):
        footage = Footage(900 + seed, 30, shot=60, shake=0.3)
        held, upload = moments_of(footage), Shown((footage, 8_000, 12_000, 1))
        index = VideoIndex()
        index.add(0, held)
        times = held.begins.astype(np.int64) - 8_000
        times = times[(times >= 0) & (times < 12_000)][::2]
        stage = asked(times, bits_of(upload.at(times)[:, 1]), Kind.ANCHOR, 0, 1)
        found.append(bool(decide_video([stage], index, duration=12_000).matches))
        index.close()
    assert sum(found) >= 11


def test_rates_are_one_table(index):
    rates = replace(DEFAULT_VIDEO_RULE.rates, single=((0, -0.1), (256, 0.0)), second=((0, -0.1), (256, 0.0)))
    blind = replace(DEFAULT_VIDEO_RULE, rates=replace(rates, whole=((0, -0.1), (256, 0.0))))
    assert decided(index, Shown((FOOTAGE[2], 3_000, 4_000, 1)), rule=blind).strength is not Strength.BLOCK


def test_more_hashes_at_one_time_are_more_moments_that_chance_may_meet() -> None:
    rows = np.random.default_rng(5).integers(0, 256, (2_000, 32), np.uint8)
    none = np.zeros(2_000, np.uint8)
    asked = Asked(
        VideoStage.DENSE, rows, np.zeros(2_000, np.int64), none, none, np.tile([0.0, 0, 1, 1], (2_000, 1))
    )
    assert Upload([asked], 500).moments == 4  # one for every 640 that are begun
