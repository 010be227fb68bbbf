"""What is never enough: a glimpse of a still scene, a shared intro, a logo. What is met all the same."""

from dataclasses import replace

import numpy as np
import pytest
from footage import Footage, Shown, asked, bits_of, joined, moments_of
from video_banks import OTHER, decided, of

from repit_engine.align import MomentCrowd, VideoIndex, decide_still, decide_video, pictures_in
from repit_engine.anchors import Kind, QueryHashes, Stage
from repit_engine.decision import Strength, packed_id
from repit_engine.moments import Moments
from repit_engine.search import FlatIndex
from repit_engine.stoplist import Crowd

TRIPOD = Footage(31, 30, shot=60, shake=0.0)
FILM = Footage(32, 60, shot=5, shake=0.8)


def index_of(*items: Moments) -> VideoIndex:
    index = VideoIndex()
    index.add_many(enumerate(items))
    return index


def spliced(first: Footage, length: int, rest: Footage) -> Moments:
    """A video that begins with so many milliseconds of one thing and goes on with another."""
    return banked(Shown((first, 0, length, 1), (rest, 0, 60_000 - length, 1), noise=0.0))


def banked(shown: Shown) -> Moments:
    """One moment in the midst of each second."""
    times = np.arange(300, shown.duration, 1000)
    hashes = bits_of(shown.at(times))
    count = len(times)
    return Moments(
        times.astype(np.uint32),
        times.astype(np.uint32),
        np.ascontiguousarray(hashes[:, 0]),
        np.full(count, 90, np.uint8),
        np.ascontiguousarray(hashes[:, 1:].reshape(-1, 32)),
        np.repeat(np.arange(count, dtype=np.uint32), 4),
        np.full(4 * count, 80, np.uint8),
        shown.duration,
    )


def test_a_film_from_a_tripod_has_one_scene_and_is_found():
    match = decided(index_of(moments_of(TRIPOD)), Shown((TRIPOD, 4_000, 12_000, 1))).best
    assert (match.strength, match.scenes, match.piece) == (Strength.BLOCK, 1, False)


def test_a_glimpse_of_one_still_scene_of_a_longer_video_goes_to_a_person():
    item = spliced(TRIPOD, 12_000, FILM)
    upload = Shown((OTHER[0], 0, 6_000, 1), (TRIPOD, 4_000, 4_000, 1), (OTHER[0], 20_000, 6_000, 1))
    (match,) = decided(index_of(item), upload).matches
    assert (match.strength, match.piece) == (Strength.REVIEW, True)
    flash = Shown((OTHER[0], 0, 6_000, 1), (TRIPOD, 4_000, 400, 1), (OTHER[0], 20_000, 6_000, 1))
    assert decided(index_of(item), flash).matches == ()


def test_a_picture_of_a_video_that_is_held_is_said_to_be():
    item = moments_of(FILM)
    still = Shown((FILM, float(item.begins[20]), 9_000, 1e-9), noise=0.1)
    match = decided(index_of(item), still).best
    assert (match.strength, match.piece) == (Strength.REVIEW, True)
    (segment,) = match.segments
    assert (segment.speed, segment.upload_from) == (0.0, 0)
    assert segment.upload_to >= 8_700


def test_an_intro_that_two_items_share_never_blocks_and_what_follows_it_does():
    intro = Footage(33, 5, shot=1.5, shake=0.3)
    index = index_of(spliced(intro, 4_500, FILM), spliced(intro, 4_500, Footage(34, 60, shake=0.8)))
    upload = Shown((intro, 0, 4_500, 1), (OTHER[1], 0, 30_000, 1))
    decision = decided(index, upload)
    assert {match.item for match in decision.matches} == {0, 1}
    assert all((match.strength, match.piece) == (Strength.REVIEW, True) for match in decision.matches)
    both = decided(index, Shown((intro, 0, 4_500, 1), (FILM, 0, 12_000, 1)))
    assert (both.best.item, both.best.strength) == (0, Strength.BLOCK)
    index.remove(1)
    assert decided(index, upload).matches[0].piece  # the first five seconds of a minute


def shared_by(intro: Footage, length: int, count: int) -> VideoIndex:
    """Unrelated items of a minute that begin with the same thing; FILM goes on in the first."""
    rest = [FILM, *(Footage(40 + number, 60, shake=0.8) for number in range(count - 1))]
    return index_of(*(spliced(intro, length, film) for film in rest))


def test_an_intro_that_four_unrelated_items_share_never_blocks_and_what_follows_it_does():
    intro = Footage(36, 12, shot=1.5, shake=0.3)
    upload = Shown((intro, 0, 12_000, 1), (OTHER[1], 0, 30_000, 1))
    index = shared_by(intro, 12_000, 4)
    assert {(match.strength, match.piece) for match in decided(index, upload).matches} == {
        (Strength.REVIEW, True)
    }
    both = decided(index, Shown((intro, 0, 12_000, 1), (FILM, 0, 12_000, 1)))
    assert (both.best.item, both.best.strength) == (0, Strength.BLOCK)
    index.remove(3)
    assert decided(index, upload).strength is Strength.BLOCK


def test_a_countdown_before_four_short_films_never_blocks():
    countdown = Footage(38, 5, shot=1.0, shake=0.1)
    films = [Footage(60 + number, 12, shake=0.8) for number in range(4)]
    index = index_of(
        *(banked(Shown((countdown, 0, 5_000, 1), (film, 0, 12_000, 1), noise=0.0)) for film in films)
    )
    upload = Shown((countdown, 0, 5_000, 1), (OTHER[1], 0, 12_000, 1))
    assert {(match.strength, match.piece) for match in decided(index, upload).matches} == {
        (Strength.REVIEW, True)
    }
    assert decided(index, Shown((films[0], 2_000, 6_000, 1))).strength is Strength.BLOCK


def test_what_one_item_that_was_banked_again_and_again_shares_counts_once():
    intro = Footage(36, 12, shot=1.5, shake=0.3)
    again = spliced(intro, 12_000, Footage(41, 60, shake=0.8))
    index = index_of(spliced(intro, 12_000, FILM), again, again, again, again)
    upload = Shown((intro, 0, 12_000, 1), (OTHER[1], 0, 30_000, 1))
    assert decided(index, upload).strength is Strength.BLOCK


@pytest.mark.parametrize("begin", [0, 20_000])
def test_no_one_takes_the_middle_of_a_film_from_it_by_banking_it_within_their_own(begin):
    """Nor its beginning, where the others have it in their midst."""

    def around(seed: int, before: int) -> Moments:
        other = Footage(seed, 60, shake=0.8)
        parts = (other, 0, before, 1), (FILM, begin, 8_000, 1), (other, before, 52_000 - before, 1)
        return banked(Shown(*(part for part in parts if part[2]), noise=0.0))

    index = index_of(moments_of(FILM), *(around(seed, 30_000 if not begin else 0) for seed in range(50, 55)))
    upload = Shown((FILM, begin, 8_000, 1), (OTHER[1], 0, 20_000, 1))
    found = {match.item: match.strength for match in decided(index, upload).matches}
    assert found[0] is Strength.BLOCK


def test_the_last_seconds_of_a_long_item_alone_go_to_a_person_and_those_of_a_short_one_block():
    item = moments_of(FILM)
    upload = Shown((OTHER[0], 0, 8_000, 1), (FILM, 55_500, 4_400, 1))
    assert decided(index_of(item), upload).best.strength is Strength.REVIEW
    short = Footage(32, 20, shot=5, shake=0.8)
    upload = Shown((OTHER[0], 0, 8_000, 1), (short, 15_500, 4_400, 1))
    assert decided(index_of(moments_of(short)), upload).best.strength is Strength.BLOCK


def test_a_logo_in_every_scene_of_two_films_is_no_match():
    logo = np.random.default_rng(8).normal(size=256)
    item = moments_of(FILM)
    anchored = item.anchored.copy()
    anchored[::4] = bits_of(logo)
    item = replace(item, anchored=anchored)
    upload = Shown((OTHER[0], 0, 30_000, 1))
    times = np.arange(0, 30_000, 200)
    noisy = logo + np.random.default_rng(9).normal(size=(len(times), 256)) * 0.1
    worn = asked(times, bits_of(noisy), Kind.ANCHOR, slot=3)
    decision = decide_video([joined(upload.dense(), worn)], index_of(item), duration=upload.duration)
    assert decision.strength is not Strength.BLOCK


def test_what_is_doubtful_makes_nothing_else_of_the_same_item_sure():
    """Two seconds so dim that 42 million hashes have as much by chance, behind a glimpse for a person."""
    index = index_of(spliced(TRIPOD, 12_000, FILM))

    class Large:
        rows = 42_000_000
        search, moments = index.search, index.moments

    parts = (TRIPOD, 4_000, 4_000, 1), (OTHER[0], 0, 6_000, 1), (FILM, 13_000, 2_000, 1)
    clear, dim = (Shown(*parts, (OTHER[0], 20_000, 3_000, 1), noise=noise).dense() for noise in (0.1, 1.35))
    upload = joined(of(clear, clear.ms < 10_000), of(dim, dim.ms >= 10_000))
    decision = decide_video([upload], Large(), duration=15_000)
    assert decision.strength is Strength.REVIEW
    assert len(decision.best.segments) == 2


def noted(crowd: MomentCrowd, index: VideoIndex, *parts: tuple[Footage, float, float, float], times: int = 8):
    """So many uploads that show this, and something of their own."""
    for seed in range(3_000, 3_000 + times):
        upload = Shown(*parts, (Footage(seed, 20, shake=0.8), 0, 9_000, 1))
        for match in decided(index, upload, muted=crowd.muted).matches:
            crowd.note(match, [upload.dense()])


def test_what_many_unrelated_uploads_share_goes_to_a_person_with_what_rests_on_it():
    intro = Footage(35, 5, shot=1.0, shake=0.3)
    index, crowd = index_of(spliced(intro, 4_900, FILM)), MomentCrowd()
    longer = Shown((intro, 0, 4_900, 1), (FILM, 0, 900, 1), (OTHER[0], 0, 9_000, 1))
    assert decided(index, longer).strength is Strength.BLOCK
    noted(crowd, index, (intro, 0, 4_900, 1))
    assert crowd.rejected >= 3
    assert decided(index, longer, muted=crowd.muted).strength is Strength.REVIEW
    upload = Shown((intro, 0, 4_900, 1), (Footage(3_100, 20, shake=0.8), 0, 15_000, 1))
    assert decided(index, upload, muted=crowd.muted).best.piece
    clip = Shown((FILM, 8_000, 10_000, 1))
    assert decided(index, clip, muted=crowd.muted).strength is Strength.BLOCK


def test_no_number_of_uploads_takes_a_film_from_whoever_is_in_it():
    """Each shows another second of it beside something else."""
    short = Footage(37, 9, shot=1.0, shake=0.3)
    index, crowd = index_of(moments_of(short), moments_of(FILM)), MomentCrowd(Crowd(limit=2))
    for begin in range(0, 9_000, 900):
        noted(crowd, index, (short, begin, 900, 1), times=2)
    for begin in (0, 20_000, 54_000):
        noted(crowd, index, (FILM, begin, 6_000, 1), times=2)
    for shown in ((short, 0, 9_000, 1), (FILM, 0, 60_000, 1), (FILM, 20_000, 6_000, 1)):
        assert decided(index, Shown(shown), muted=crowd.muted).strength is Strength.BLOCK


def test_one_still_scene_that_many_uploads_show_is_not_noted():
    item, crowd = spliced(TRIPOD, 12_000, FILM), MomentCrowd()
    noted(crowd, index_of(item), (TRIPOD, 500, 3_500, 1))
    assert crowd.rejected == 0


def as_picture(hashes: np.ndarray) -> list[QueryHashes]:
    count = len(hashes)
    places = np.tile([0.0, 0.0, 1.0, 1.0], (count, 1))
    zeros = np.zeros(count, np.uint8)
    return [
        QueryHashes(
            np.ascontiguousarray(hashes), places, zeros, zeros, np.full(count, Stage.STANDARD, np.uint8)
        )
    ]


@pytest.mark.parametrize(
    ("moment", "strength"), [(20, Strength.BLOCK), (1, Strength.REVIEW), (58, Strength.REVIEW)]
)
def test_a_still_of_a_video_is_met_and_one_of_its_beginning_or_end_goes_to_a_person(moment, strength):
    item = moments_of(FILM)
    (still,) = decide_still(as_picture(item.whole[moment : moment + 1]), index_of(item))
    assert (still.item, still.begin, still.strength) == (0, int(item.begins[moment]), strength)
    assert still.piece is (strength is Strength.REVIEW)
    assert still.match.item == 0


def test_a_still_of_what_many_uploads_show_goes_to_a_person():
    item = moments_of(FILM)
    (still,) = decide_still(
        as_picture(item.whole[20:21]), index_of(item), muted=lambda ids: ids % (1 << 20) == 20
    )
    assert (still.strength, still.piece) == (Strength.REVIEW, True)


def test_a_picture_that_no_video_shows_is_no_still():
    other = bits_of(OTHER[0].at(np.array([500.0]))[:, 0])
    assert decide_still(as_picture(other), index_of(moments_of(FILM))) == ()


def test_a_banked_picture_is_found_in_a_slide_show_and_a_flash_of_it_goes_to_a_person():
    pictures = FlatIndex()
    known = bits_of(TRIPOD.at(np.array([5_000.0])))[0]
    pictures.add(np.array([packed_id(7, slot) for slot in range(5)], np.uint64), known)

    def shown(length: int):
        upload = Shown(
            (OTHER[0], 0, 6_000, 1), (TRIPOD, 4_000, length, 1), (OTHER[0], 20_000, 6_000, 1), noise=0.1
        )
        return pictures_in([upload.dense()], pictures.range_search, duration=upload.duration, items=1)

    (picture,) = shown(3_000)
    assert (picture.item, picture.strength) == (7, Strength.BLOCK)
    assert abs(picture.begin - 6_000) <= 40
    assert abs(picture.end - 9_000) <= 40
    assert [flash.strength for flash in shown(200)] == [Strength.REVIEW]
    assert (
        pictures_in([Shown((OTHER[0], 0, 6_000, 1)).dense()], pictures.range_search, duration=6_000, items=1)
        == ()
    )


def test_a_short_film_whose_clock_lies_is_still_found_by_its_one_scene():
    """Half of a film of a second and a half is enough, whatever its last time stamp says."""
    weeks = 4_000_000_000
    dense = Shown((TRIPOD, 4_000, 1_500, 1)).dense()
    late = replace(dense, ms=np.where(dense.ms == dense.ms.max(), weeks, dense.ms))
    item = index_of(spliced(TRIPOD, 12_000, FILM))
    assert decide_video([dense], item, duration=1_500).strength is Strength.REVIEW
    assert decide_video([late], item, duration=weeks).strength is Strength.REVIEW


@pytest.mark.parametrize("alike", [0.0, 0.85])
def test_of_thousands_of_unrelated_pairs_none_agrees(alike):
    """Whatever scenes of the world have in common; `make bench NAME=video` counts a million."""
    items = [moments_of(Footage(seed, 20, shot=2.5, shake=0.6, alike=alike)) for seed in range(5_000, 5_150)]
    index = index_of(*items)
    for seed in range(6_000, 6_020):
        upload = Shown((Footage(seed, 12, shot=2.5, shake=0.6, alike=alike), 0, 12_000, 1))
        assert decided(index, upload).matches == ()
