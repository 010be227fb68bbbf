"""`repit-hash`: what it prints, and how it ends."""

import base64
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from odd_files import png
from odd_files.catalogue import DECOY, LAST, SCENE
from odd_files.scenes import saved
from PIL import Image
from skimage import data

from repit_engine import Hashed, hash_picture, open_video
from repit_engine.anchors import bank_family
from repit_engine.cli.hash_video import row_of_animation
from repit_engine.errors import VideoRefused
from repit_engine.hash import not_hashable
from repit_engine.moments import from_bytes, moments_of, to_bytes
from repit_engine.pdq import Orientation
from repit_engine.picture import open_picture
from repit_engine.types import Hash, NotHashable
from repit_engine.video.refusals import damaged, no_moving_picture

COMMAND = [sys.executable, "-m", "repit_engine.cli.hash"]


def picture(seed: int, kind: str = "PNG") -> bytes:
    small = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(small).resize((128, 96), Image.Resampling.BICUBIC).save(file, kind)
    return file.getvalue()


def hex_of(data: bytes) -> str:
    outcome = hash_picture(data)
    assert isinstance(outcome, Hashed)
    return outcome.hash.hex


def run(*arguments: str, given: bytes = b"", cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *arguments], input=given, capture_output=True, check=False, cwd=cwd)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "below").mkdir()
    (tmp_path / "a.png").write_bytes(picture(1))
    (tmp_path / "below" / "b.gif").write_bytes(picture(2, "GIF"))
    return tmp_path


def test_json_lines_carry_hash_quality_and_reason(folder: Path) -> None:
    (folder / "note.txt").write_text("no picture")
    done = run("--json", "a.png", "note.txt", "absent.png", cwd=folder)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [row["file"] for row in rows] == ["a.png", "note.txt", "absent.png"]
    assert [row["reason"] for row in rows] == [None, "not-a-picture", "unreadable-file"]
    assert rows[0]["hash"] == hex_of(picture(1))
    assert 0 <= rows[0]["quality"] <= 100
    assert rows[1]["hash"] is None
    assert rows[1]["message"]
    assert done.stderr == b""


def test_each_file_has_a_line_with_hash_quality_and_name(folder: Path) -> None:
    (folder / "note.txt").write_text("no picture")
    done = run("-r", ".", cwd=folder)
    lines = sorted(done.stdout.decode().splitlines(), key=lambda line: line.split("  ")[-1])
    assert done.returncode == 1
    assert [line.split() for line in lines if "note" not in line] == [
        [hex_of(picture(1)), lines[0].split()[1], "a.png"],
        [hex_of(picture(2, "GIF")), lines[1].split()[1], "below/b.gif"],
    ]
    assert [line for line in lines if line.startswith("–") and "note.txt: " in line]


def test_all_eight_orientations_are_named(folder: Path) -> None:
    done = run("--orientations", "a.png", cwd=folder)
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 0
    assert len({line.split()[0] for line in lines}) == 8
    assert lines[1].endswith(Orientation(1).name.lower().replace("_", " "))


def test_a_folder_without_recursive_is_a_mistake(folder: Path) -> None:
    done = run(str(folder))
    assert done.returncode == 2
    assert b"--recursive" in done.stderr


def test_nothing_to_do_is_a_mistake() -> None:
    assert run().returncode == 2


def test_standard_input_is_a_dash() -> None:
    done = run("--json", "-", given=picture(3))
    assert done.returncode == 0
    assert json.loads(done.stdout)["hash"] == hex_of(picture(3))


def test_a_family_holds_anchored_hashes_beside_the_standard_one(folder: Path) -> None:
    Image.fromarray(data.chelsea()).save(folder / "cat.png")
    row = json.loads(run("--json", "--family", "cat.png", cwd=folder).stdout)
    family = bank_family(open_picture(folder / "cat.png"))
    assert row["hash"] == Hash.from_row(family.hashes[0]).hex
    assert [entry["hash"] for entry in row["anchored"]] == [
        Hash.from_row(hash_).hex for hash_ in family.hashes[1:]
    ]
    assert row["anchored"][0]["hash"].encode() in run("--family", "cat.png", cwd=folder).stdout


def test_eight_orientations_hold_the_hash_of_the_mirror(folder: Path) -> None:
    row = json.loads(run("--json", "--orientations", "a.png", cwd=folder).stdout)
    assert len(row["orientations"]) == 8
    assert row["orientations"][0] == row["hash"]
    file = io.BytesIO()
    Image.open(folder / "a.png").transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(file, "PNG")
    mirror = int(hex_of(file.getvalue()), 16)
    assert min((int(turned, 16) ^ mirror).bit_count() for turned in row["orientations"]) <= 2


def test_what_a_file_shows_besides_follows_its_first_line(folder: Path) -> None:
    """A moving picture whose decoy comes first: browsers end at the scene, and the decoy is seen too."""
    (folder / "moving.png").write_bytes(png.animated([(DECOY, 1), (SCENE, LAST)]))
    scene, decoy = (hex_of(saved(image, "PNG")) for image in (SCENE, DECOY))
    row = json.loads(run("--json", "moving.png", cwd=folder).stdout)
    assert row["hash"] == scene
    assert [(view["of"], view["hash"]) for view in row["views"]] == [("frame", decoy)]
    lines = run("moving.png", cwd=folder).stdout.decode().splitlines()
    assert [line.split()[0] for line in lines] == [scene, decoy]
    assert lines[0].endswith("moving.png") and lines[1].endswith("frame")


def test_it_says_so_where_not_all_of_a_file_was_looked_at(folder: Path) -> None:
    broken = [
        (name, body[:99] if name == b"fdAT" else body)
        for name, body in png.chunks(png.animated([(SCENE, 9), (DECOY, 9), (SCENE, 9)]))
    ]
    (folder / "broken.png").write_bytes(png.SIGNATURE + b"".join(png.chunk(*part) for part in broken))
    done = run("broken.png", cwd=folder)
    assert b"not all of it was looked at: damaged-frame" in done.stdout
    assert json.loads(run("--json", "broken.png", cwd=folder).stdout)["unseen"] == "damaged-frame"


def test_a_video_has_a_line_for_each_moment_and_the_moments_in_json(tmp_path: Path) -> None:
    videos = Path(__file__).resolve().parents[3] / "conformance" / "videos"
    frames = [Image.open(io.BytesIO(picture(seed))) for seed in range(4)]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:], duration=1000)
    (tmp_path / "cut.mp4").write_bytes((videos / "h264.mp4").read_bytes()[:900])
    files = (str(videos / "h264.mp4"), str(videos / "h264.ts"), "moving.gif", "cut.mp4")
    done = run("--json", *files, cwd=tmp_path)
    assert done.returncode == 1
    film, stream, animation, cut = (json.loads(line) for line in done.stdout.splitlines())
    with open_video(videos / "h264.mp4") as video:
        moments = moments_of(video)
    assert base64.b64decode(film["moments"]) == to_bytes(moments)
    assert (film["hash"], film["reason"], film["duration"]) == (None, None, 4.0)
    assert len(from_bytes(base64.b64decode(stream["moments"]))) == 3
    # A picture that moves has both.
    assert len(animation["hash"]) == 64
    assert len(from_bytes(base64.b64decode(animation["moments"]))) == 4
    assert (cut["reason"], cut.get("moments")) == ("damaged-video", None)
    lines = run(*files[:1], cwd=tmp_path).stdout.decode().splitlines()
    assert lines == [
        f"{Hash.from_row(whole).hex}  {quality:3}  {files[0]}  0:00:0{begin / 1000:.3f}"
        for whole, quality, begin in zip(moments.whole, moments.qualities, moments.begins, strict=True)
    ]


def test_a_picture_that_moves_is_looked_at_as_a_video_by_a_child_that_says_what_it_could_not(
    tmp_path: Path,
) -> None:
    (head, *parts) = png.chunks(png.animated([(SCENE, 1000), (DECOY, 1000)]))
    late = png.SIGNATURE + b"".join(png.chunk(*part) for part in (head, (b"tEXt", bytes(70_000)), *parts))
    (tmp_path / "late.png").write_bytes(late)
    (tmp_path / "still.gif").write_bytes(picture(2, "GIF"))
    moving, still = map(json.loads, run("--json", "late.png", "still.gif", cwd=tmp_path).stdout.splitlines())
    assert len(from_bytes(base64.b64decode(moving["moments"]))) == 2
    assert still["hash"] and not {"moments", "unseen"} & set(still)

    class Failing:
        def __init__(self, refusal: VideoRefused) -> None:
            self.refusal = refusal

        def moments(self, source: bytes | Path) -> NotHashable:
            return not_hashable(self.refusal)

    assert row_of_animation(Failing(damaged()), late) == {"unseen": "damaged-video"}
    assert row_of_animation(Failing(no_moving_picture()), late) == {}
