"""docs/en/library.md: each recipe is run as it is printed, and prints what stands below it.

The French page holds the same code; tools/pages_agree.py sees to that.
"""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps
from skimage import data

import repit_engine

PAGE = Path(__file__).resolve().parents[2] / "docs" / "en" / "library.md"
RECIPES = re.findall(r"^## (\d)\. .+?```python\n(.+?)```\n\n```text\n(.+?)```", PAGE.read_text(), re.S | re.M)


def _picture(name: str) -> Image.Image:
    return Image.fromarray(np.asarray(getattr(data, name)(), np.uint8))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the recipes name."""
    folder = tmp_path_factory.mktemp("library")
    cat = _picture("chelsea")
    across, down = round(cat.width * 0.12), round(cat.height * 0.12)
    half = cat.resize((cat.width // 2, cat.height // 2), Image.Resampling.LANCZOS)
    cropped = cat.crop((across, down, cat.width - across, cat.height - down))
    (folder / "folder").mkdir()
    for name, picture, quality in (
        ("photo.jpg", cat, 90),
        ("other.jpg", _picture("coffee"), 90),
        ("smaller.jpg", half, 60),
        ("mirrored.jpg", ImageOps.mirror(cat), 90),
        ("cropped.jpg", cropped, 90),
        ("unrelated.jpg", _picture("rocket"), 90),
        ("folder/copy.jpg", half, 60),
        ("folder/new.jpg", _picture("rocket"), 90),
    ):
        picture.save(folder / name, "JPEG", quality=quality)
    (folder / "folder" / "letter.txt").write_text("Dear all,\n")
    return folder


def test_the_page_has_five_recipes() -> None:
    assert [number for number, _, _ in RECIPES] == list("12345")


@pytest.mark.parametrize(("number", "code", "printed"), RECIPES, ids=[number for number, _, _ in RECIPES])
def test_a_recipe_runs_as_it_is_printed(number: str, code: str, printed: str, files: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=files, capture_output=True, text=True, timeout=280, check=False
    )
    assert (done.stdout, done.stderr) == (printed, "")


def test_the_recipes_use_public_names_alone() -> None:
    for _, code, _ in RECIPES:
        assert "repit_engine." not in code
        [*imported] = re.findall(r"from repit_engine import (.+)", code)
        names = {name for line in imported for name in line.split(", ")}
        assert names and names <= set(repit_engine.__all__)
