"""`repit-scan --altered`: known videos in videos and stills, known pictures in videos."""

import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from gate_films import RATE, cut_and_mirrored, film, frames, known_film, known_moments
from odd_files import png
from PIL import Image
from scans import rows_of, scan
from skimage import data

HASH = [sys.executable, "-m", "repit_engine.cli.hash"]


def still() -> int:
    """Milliseconds: when the known film shows one of its moments."""
    return int(known_moments().begins[len(known_moments()) // 2])


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture and a film as `repit-hash` prints them; the film is on line 2."""
    folder = tmp_path_factory.mktemp("bank")
    Image.fromarray(data.astronaut()).save(folder / "portrait.png")
    (folder / "film.mp4").write_bytes(known_film())
    done = subprocess.run(
        [*HASH, "--json", "--family", "portrait.png", "film.mp4"], cwd=folder, capture_output=True, check=True
    )
    (folder / "bank.jsonl").write_bytes(done.stdout)
    return folder / "bank.jsonl"


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cut of the film, mirrored; a still; a slide show of the picture; others; what is damaged."""
    folder = tmp_path_factory.mktemp("stored")
    known, cut = frames(), cut_and_mirrored()
    portrait = Image.fromarray(data.astronaut()).resize((320, 320))
    (folder / "cut.mp4").write_bytes(cut)
    (folder / "slides.mp4").write_bytes(film([*[portrait] * 60, *frames(("coins",), 3.0)]))
    (folder / "other.mp4").write_bytes(film(frames(("coins",), 3.0)))
    (folder / "cut-off.mp4").write_bytes(cut[:300])
    known[still() * RATE // 1000].save(folder / "still.png")
    Image.fromarray(data.camera()).save(folder / "other.png")
    steps = [picture.convert("P") for picture in known[2 * RATE : 8 * RATE : 4]]
    steps[0].save(folder / "moves.gif", save_all=True, append_images=steps[1:], duration=200, loop=0)
    steps[0].save(folder / "late.png", save_all=True, append_images=steps[1:], duration=200)
    (head, *parts) = png.chunks((folder / "late.png").read_bytes())
    late = (png.chunk(*part) for part in (head, (b"tEXt", bytes(70_000)), *parts))
    (folder / "late.png").write_bytes(png.SIGNATURE + b"".join(late))
    with (
        tarfile.open(folder.parent / "stored.tar", "w") as tar,
        zipfile.ZipFile(folder.parent / "stored.zip", "w") as zipped,
    ):
        tar.add(folder / "other.png", "other.png")
        tar.add(folder / "cut.mp4", "cut.mp4")
        zipped.write(folder / "cut.mp4", "stored.mp4", zipfile.ZIP_STORED)
        zipped.write(folder / "cut.mp4", "deflated.mp4", zipfile.ZIP_DEFLATED)
    return folder


@pytest.fixture(scope="module")
def found(stored: Path, bank: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    out = tmp_path_factory.mktemp("found") / "rows.jsonl"
    sources = stored, stored.parent / "stored.tar", stored.parent / "stored.zip"
    done = scan(*sources, "--against", bank, "--altered", "--out", out, "--workers", "1")
    assert done.returncode == 0, done.stderr
    rows = {row["file"].rsplit("/")[-1]: row for row in rows_of(out)}
    table = out.with_suffix(".parquet")
    assert scan(*sources, "--against", bank, "--altered", "--out", table, "--workers", "2").returncode == 0
    assert {row["file"].rsplit("/")[-1]: row for row in pq.read_table(table).to_pylist()} == rows
    return rows


@pytest.mark.parametrize(
    "name", ["cut.mp4", "stored.tar!cut.mp4", "stored.zip!stored.mp4", "stored.zip!deflated.mp4"]
)
def test_a_cut_and_mirrored_video_is_found_and_said_from_when_to_when(
    found: dict[str, dict[str, Any]], name: str
) -> None:
    row = found[name]
    assert (row["item"], row["item_id"], row["tier"], row["strength"]) == ("film.mp4", 2, "video", "block")
    assert (row["hash"], row["reason"], row["matches"]) == (None, None, [])
    assert row["duration"] == pytest.approx(8, abs=0.2)
    first, last = row["segments"][0], row["segments"][-1]
    assert first["file"]["from"] == pytest.approx(0, abs=0.5)
    assert first["item"]["from"] == pytest.approx(2, abs=0.5)
    assert last["item"]["to"] == pytest.approx(10, abs=0.5)
    assert first["speed"] == pytest.approx(1, abs=0.02)


def test_a_still_of_a_known_video_is_found_with_its_time(found: dict[str, dict[str, Any]]) -> None:
    row = found["still.png"]
    assert (row["item"], row["tier"], row["strength"]) == ("film.mp4", "still", "block")
    assert row["segments"][0]["file"] is None
    shown = row["segments"][0]["item"]
    assert shown["from"] <= still() / 1000 <= shown["to"] + 1


def test_a_known_picture_in_a_slide_show_is_found(found: dict[str, dict[str, Any]]) -> None:
    row = found["slides.mp4"]
    assert (row["item"], row["tier"]) == ("portrait.png", "shown-picture")
    assert row["segments"][0]["file"]["from"] < 0.5
    assert row["segments"][0]["item"] is None


@pytest.mark.parametrize("name", ["moves.gif", "late.png"])
def test_an_animation_is_a_picture_and_a_video(found: dict[str, dict[str, Any]], name: str) -> None:
    row = found[name]
    assert row["hash"]
    assert row["item"] == "film.mp4"
    assert row["duration"] == pytest.approx(6, abs=0.5)


def test_what_is_not_known_is_said_to_be_read_or_not(found: dict[str, dict[str, Any]]) -> None:
    for name in ("other.mp4", "other.png", "stored.tar!other.png"):
        assert (found[name]["item"], found[name]["segments"]) == (None, [])
        assert found[name]["reason"] is None
    assert found["cut-off.mp4"]["reason"] == "damaged-video"


def test_without_altered_videos_are_told_apart_and_the_command_says_who_looks(
    stored: Path, bank: Path, tmp_path: Path
) -> None:
    out = tmp_path / "rows.jsonl"
    done = scan(stored, "--against", bank, "--out", out, "--json")
    assert done.returncode == 0
    reasons = {Path(row["file"]).name: row["reason"] for row in rows_of(out)}
    assert reasons["cut.mp4"] == reasons["cut-off.mp4"] == "video"
    assert reasons["moves.gif"] is None
    assert b"--altered looks for them" in done.stderr
    assert json.loads(done.stdout)["outcomes"]["video"] == 4


def test_moments_that_are_none_are_refused_by_line(stored: Path, bank: Path, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in bank.read_text().splitlines()]
    lines[1]["moments"] = lines[1]["moments"][:-8] + "AAAAAAA="
    (tmp_path / "bank.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    done = scan(stored, "--against", tmp_path / "bank.jsonl", "--altered", "--out", tmp_path / "rows.jsonl")
    assert done.returncode == 2
    assert b"Line 2 of" in done.stderr
