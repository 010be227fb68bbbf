"""Every odd file is read as browsers show it, or refused by name; and in every other way in which somebody
may see it.
"""

import time

import numpy as np
import pytest
from odd_files import boxes, png
from odd_files.catalogue import DECOY, LAST, OTHER, SCENE, Odd, odd
from odd_files.scenes import made, saved, with_alpha
from PIL import Image

from repit_engine import Hash, NotHashable, Of
from repit_engine.errors import UnsupportedPicture
from repit_engine.hash import hash_of, hash_picture
from repit_engine.pdq import hash_rgb
from repit_engine.picture import Limits, Shown, Unseen, all_shown, open_picture
from repit_engine.views import MOST_DEEP, MOST_VIEWS, open_views


def hash_of_pixels(image: Image.Image) -> Hash:
    return Hash.from_row(hash_rgb(np.asarray(image.convert("RGB")))[0])


WANTED = hash_of_pixels(SCENE)


@pytest.mark.parametrize("file", [file for file in odd() if not file.unread], ids=str)
def test_an_odd_file_shows_the_scene(file: Odd) -> None:
    views = open_views(file.content, closely=True)
    first = hash_of(views.shown).hash.distance(WANTED)
    others = [Hash.from_row(view.hashes[0]).distance(WANTED) for view in views.others]
    assert min([first, *others]) <= file.apart
    if file.first:
        assert first <= file.apart
    assert views.unseen is None


@pytest.mark.parametrize("file", [file for file in odd() if file.unread], ids=str)
def test_a_drawing_is_refused_by_name(file: Odd) -> None:
    with pytest.raises(UnsupportedPicture):
        open_picture(file.content)
    outcome = hash_picture(file.content)
    assert isinstance(outcome, NotHashable)
    assert outcome.reason == "unsupported-picture"


def test_an_ordinary_picture_has_one_view() -> None:
    for content in (
        saved(SCENE, "JPEG"),
        saved(SCENE, "PNG"),
        saved(SCENE.convert("L"), "PNG"),
        saved(with_alpha(SCENE, 255), "PNG"),
        saved(SCENE.quantize(256), "GIF"),
        saved(SCENE, "WEBP"),
        saved(SCENE, "AVIF"),
        saved(SCENE, "HEIF"),
        saved(SCENE, "BMP"),
    ):
        views = open_views(content)
        assert views.others == ()
        assert views.unseen is None
        assert np.array_equal(views.shown.luma, open_picture(content).luma)


def test_views_that_look_alike_are_one() -> None:
    """A corner lets the ground through: on white and black it is the same picture."""
    cover = np.full((240, 320), 255, np.uint8)
    cover[:4, :4] = 0
    assert open_views(saved(with_alpha(SCENE, Image.fromarray(cover)), "PNG")).others == ()
    cover[:90, :120] = 0
    of = {view.of for view in open_views(saved(with_alpha(SCENE, Image.fromarray(cover)), "PNG")).others}
    assert Of.BLACK in of


def test_an_animation_of_many_pictures_is_bounded_and_says_so() -> None:
    frames = [(made(seed).resize((40, 30)), 100) for seed in range(60)]
    views = open_views(png.animated(frames))
    assert views.unseen is None
    assert 40 < len(views.others) < 60
    assert len(views.deep) == MOST_DEEP
    limited = open_views(png.animated(frames), Limits(frames=20))
    assert limited.unseen == "too-many-frames"
    assert len(limited.others) < 20
    crowded = open_views(png.animated(frames), Limits(pixels=40 * 30 * 10))
    assert crowded.unseen == "too-many-frames"
    noise = np.random.default_rng(5).integers(0, 256, (260, 16, 16, 3), np.uint8)
    flood = open_views(png.animated([(Image.fromarray(frame), 100) for frame in noise]))
    assert flood.unseen == "too-many-frames"
    assert len(flood.others) <= MOST_VIEWS


def test_the_frames_that_stand_longest_are_looked_into() -> None:
    frames = [(made(seed).resize((120, 90)), 100) for seed in range(20, 32)]
    frames[7] = (SCENE.resize((120, 90)), 300)
    frames[10] = (DECOY.resize((120, 90)), 900)
    views = open_views(png.animated(frames))
    assert hash_of(views.shown).hash.distance(hash_of_pixels(DECOY.resize((120, 90)))) == 0
    assert hash_of(views.deep[0]).hash.distance(hash_of_pixels(SCENE.resize((120, 90)))) <= 4


def test_a_film_of_alike_frames_is_one_view() -> None:
    frames = [(SCENE.point(lambda level, n=n: min(255, level + n)), 100) for n in range(12)]
    assert open_views(png.animated(frames)).others == ()


def test_what_moves_is_known_from_its_frames_and_not_from_where_they_are_announced() -> None:
    first, second = SCENE.resize((120, 90)), DECOY.resize((120, 90))
    (head, *parts) = png.chunks(png.animated([(first, 100), (second, 100)]))
    late = png.SIGNATURE + b"".join(png.chunk(*part) for part in (head, (b"tEXt", bytes(9000)), *parts))
    moving = [
        late,
        png.animated([(first, 100), (second, LAST)]),
        saved(first, "GIF", save_all=True, append_images=[second]),
        saved(first, "WEBP", save_all=True, append_images=[second]),
        saved(first, "AVIF", save_all=True, append_images=[second]),
    ]
    assert [open_views(content).moves for content in moving] == [True] * len(moving)
    assert open_views(moving[0], Limits(pixels=120 * 90)).moves, "of the rest nobody knows"
    still = [
        saved(first, "GIF"),
        saved(first, "WEBP"),
        saved(first, "TIFF", save_all=True, append_images=[second]),
        png.animated([(first, 100)]),
    ]
    assert [open_views(content).moves for content in still] == [False] * len(still)


def test_word_is_given_of_a_frame_that_cannot_be_read() -> None:
    content = png.animated([(SCENE, 100), (DECOY, 100), (OTHER, LAST)])
    parts = list(png.chunks(content))
    broken = [(name, body[:200] if name == b"fdAT" else body) for name, body in parts]
    spoilt = png.SIGNATURE + b"".join(png.chunk(*part) for part in broken)
    assert any(isinstance(view, Unseen) for view in all_shown(spoilt))
    assert open_views(spoilt).unseen == "damaged-frame"


def test_what_only_some_viewers_show_is_never_the_first_view() -> None:
    """Browsers go by the crop, the grounds and the colours; that is what others may agree on."""
    wide = Image.new("RGB", (640, 240))
    wide.paste(SCENE, (0, 0))
    wide.paste(DECOY, (320, 0))
    left = boxes.with_property(saved(wide, "AVIF"), b"clap", boxes.crop(320, 240, -320, 0))
    seen = [view for view in all_shown(left) if isinstance(view, Shown)]
    assert [view.of for view in seen] == [Of.SHOWN, Of.UNCUT]
    assert [view.seconds > 0 for view in seen] == [True, False]


def test_a_statement_about_colours_costs_no_more_than_it_is_worth() -> None:
    """Profiles of megabytes, four of each kind: read, bounded, and done."""
    large = png.profile(bytes(15_000_000))
    begun = time.process_time()
    open_views(png.png(SCENE, *[large] * 12, *[png.gamma(0.3 + n / 10) for n in range(30)]))
    assert time.process_time() - begun < 20
