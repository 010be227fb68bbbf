"""What callers of `pdq` may count on."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from pdq_scenes import grey

from repit_engine import pdq
from repit_engine.errors import WrongInput
from repit_engine.pdq.weights import SideTables


@pytest.mark.parametrize("shape", [(4, 100), (100, 4), (1, 1)])
def test_a_side_under_five_pixels_gives_zeros_and_no_quality(shape: tuple[int, int]) -> None:
    row, quality = pdq.hash_luma(grey(*shape, seed=1))
    assert not row.any()
    assert quality == 0


def test_a_shrunk_picture_is_judged_by_its_original_size() -> None:
    row, quality = pdq.hash_luma(grey(4, 4, 1), width=32, height=32, shrink=8)
    assert row.any()
    assert quality > 0


def test_wrong_arrays_are_refused() -> None:
    luma = grey(20, 20, 1)
    with pytest.raises(WrongInput):
        pdq.hash_luma(luma.astype(np.float64))
    with pytest.raises(WrongInput):
        pdq.hash_luma(luma, width=41, shrink=2)
    with pytest.raises(WrongInput):
        pdq.hash_luma(luma, shrink=0)
    with pytest.raises(WrongInput):
        pdq.hash_rgb(luma)
    with pytest.raises(WrongInput):
        pdq.hash_samples(luma[np.newaxis].astype(np.float32))
    with pytest.raises(WrongInput):
        pdq.hash_samples(np.zeros((1, 64, 64), np.float32), orientations=4)  # type: ignore[arg-type]
    for rectangle in ([0, 0, 21, 20], [-1, 0, 5, 5], [5, 5, 5, 9], [9, 9, 8, 20]):
        with pytest.raises(WrongInput):
            pdq.hash_rectangles(luma, np.array([rectangle]))
    with pytest.raises(WrongInput):
        pdq.distances(np.zeros((1, 31), np.uint8), np.zeros((1, 32), np.uint8))


def test_luma_that_is_not_contiguous_hashes_all_the_same() -> None:
    luma = grey(80, 120, 3)
    assert (pdq.hash_luma(luma[::-1, ::2])[0] == pdq.hash_luma(luma[::-1, ::2].copy())[0]).all()


def test_weights_stay_bounded_however_many_sides_are_asked_for() -> None:
    tables = SideTables(room=2_000)
    for length in range(5, 400):
        table = tables.holding(np.array([length]))
        assert table.sides[length] >= 0
        assert len(table.weights) < 4_000


def test_threads_share_the_weights() -> None:
    luma = grey(200, 200, 4)
    rectangles = np.array([[0, 0, side, 200 - side // 2] for side in range(5, 200)])
    expected, _ = pdq.hash_rectangles(luma, rectangles)
    answers: list[bool] = []

    def work(seed: int) -> None:
        order = np.random.default_rng(seed).permutation(len(rectangles))
        for index in order:
            hashes, _ = pdq.hash_rectangles(luma, rectangles[index : index + 1])
            answers.append(bool((hashes[0] == expected[index]).all()))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4 * len(rectangles)
    assert all(answers)


def test_kernels_compile_where_nothing_can_be_written(tmp_path: Path) -> None:
    """Numba keeps compiled code beside its source or in the user's cache; here it has neither."""
    source = tmp_path / "unwritable.py"
    source.write_text(
        "from repit_engine.kernels.jit.compiled import kernel\n@kernel\ndef twice(x):\n    return 2 * x\n"
    )
    script = (
        "import numba.core.caching as caching\n"
        "caching.CacheImpl._locator_classes = []\n"
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import unwritable\n"
        "raise SystemExit(0 if unwritable.twice(21) == 42 else 1)\n"
    )
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], env=environment, check=False)
    assert done.returncode == 0
