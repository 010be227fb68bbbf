"""JPEGs that break, or hold one picture for those who shrink and another for those who look."""

import io

import numpy as np
import pytest
from odd_files import baseline
from odd_files.scenes import DECOY, OTHER, SCENE, saved
from picture_files import PHOTOGRAPHS, photograph
from PIL import Image

from repit_engine.errors import PictureRefused
from repit_engine.pdq import hash_rgb
from repit_engine.picture import Of, Shown, all_shown
from repit_engine.picture.baseline import skimmed_closely
from repit_engine.types import Hash
from repit_engine.views import open_views

SOI, RESTART = b"\xff\xd8", b"\xff\xd3"
SMALL = (160, 120)
"""So small that what was freed last is handed out again."""
CELLS = (86, 64)
SWING = 480.0


def wanted(image: Image.Image) -> Hash:
    return Hash.from_row(hash_rgb(np.ascontiguousarray(np.asarray(image.convert("RGB"))))[0])


def hashes(content: bytes) -> list[Hash]:
    views = open_views(content, closely=True)
    shown = [view for view in all_shown(content, closely=True) if isinstance(view, Shown)]
    first = Hash.from_row(
        hash_rgb(np.repeat(shown[0].picture.luma[:, :, None], 3, axis=2).astype(np.uint8))[0]
    )
    return [first, *(Hash.from_row(view.hashes[0]) for view in views.others)]


def broken() -> dict[str, bytes]:
    """Files at which libjpeg stops, with a marker that it cannot pass before anything was written."""
    found = {}
    for name, mode in (("colours", "RGB"), ("inks", "CMYK"), ("grey", "L")):
        passes = saved(SCENE.resize(SMALL).convert(mode), "JPEG", progressive=True, quality=30)
        second = passes.index(b"\xff\xda", passes.index(b"\xff\xda") + 2)
        found[f"{name}, another start between two passes"] = passes[:second] + SOI + passes[second:]
        found[f"{name}, another file behind a half"] = passes[: len(passes) // 2] + saved(OTHER, "JPEG")
        found[f"{name}, a frame twice"] = (
            passes[:second] + b"\xff\xc2\0\x0b\x08\0\x10\0\x10\1\1\x11\0" + passes[second:]
        )
    return found


@pytest.mark.parametrize("name", broken())
def test_what_libjpeg_did_not_write_is_never_taken_for_a_picture(name: str) -> None:
    """Where it stops, its buffer is what the heap last held: perhaps the upload before."""
    content = broken()[name]
    seen = set()
    for before in (DECOY.resize(SMALL), OTHER.resize(SMALL), Image.new("RGB", SMALL, "white")):
        for mode in ("RGB", "CMYK", "L"):
            open_views(saved(before.convert(mode), "JPEG"), closely=True)
        held = [np.array(before.convert(mode)) for mode in ("RGB", "CMYK", "L") for _ in range(8)]
        del held
        try:
            found = hashes(content)
        except PictureRefused as refusal:
            seen.add(refusal.code)
            continue
        assert min(hash_.distance(wanted(DECOY)) for hash_ in found) > 60
        seen.add(tuple(hash_.hex for hash_ in found))
    assert len(seen) == 1


def halftone(decoy: Image.Image) -> bytes:
    """The decoy as the mean of each block, the scene in how much of each block lies beyond white."""
    light = np.asarray(SCENE.convert("L").resize(CELLS)).astype(np.float64) / 255
    pretended = 64 + (np.asarray(decoy.convert("L").resize(CELLS)).astype(np.float64) - 128) / 5
    ranks = np.random.default_rng(5).permutation(64).reshape(8, 8) / 64
    share = (np.round(light * 64) / 64).clip(1 / 8, 63 / 64)
    high = ranks[None, :, None, :] < share[:, None, :, None]
    above, below = pretended + (1 - share) * SWING, pretended - share * SWING
    plane = np.where(high, above[:, None, :, None], below[:, None, :, None])
    size = (8 * CELLS[0], 8 * CELLS[1])
    return baseline.encoded(Image.new("L", size), ((1, 1),), [plane.reshape(size[::-1])])


def test_a_half_tone_of_samples_that_are_cut_off_is_seen() -> None:
    content = halftone(DECOY)
    with Image.open(io.BytesIO(content)) as image:
        shown = wanted(image)
    assert shown.distance(wanted(DECOY)) > 60
    found = hashes(content)
    assert found[0].distance(shown) > 60
    assert min(hash_.distance(shown) for hash_ in found) <= 10


def test_photographs_are_not_decoded_whole_for_it() -> None:
    for name in PHOTOGRAPHS[:2]:
        image = photograph(name).resize((2400, 1800))
        content = saved(image, "JPEG", quality=85)
        skim = skimmed_closely(content, image.size)
        assert skim is not None
        assert not skim.swings
        assert Of.WHOLE not in {
            view.of for view in all_shown(content, closely=True) if isinstance(view, Shown)
        }


@pytest.mark.parametrize("stray", [b"\xff\x12", b"\xff\x02\0\4", b"\xff\xbf"])
def test_bytes_that_are_no_marker_end_nothing_where_there_are_restarts(stray: bytes) -> None:
    content = saved(SCENE, "JPEG", quality=85, restart_marker_blocks=20)
    at = content.index(RESTART, content.index(b"\xff\xda"))
    found = hashes(content[:at] + stray + content[at:])
    assert min(hash_.distance(wanted(SCENE)) for hash_ in found) <= 10
