"""The vectors that the engine and the browser package share, from the engine's side."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from repit_engine import pdq
from repit_engine.kernels.jit.pdq_tables import DCT
from repit_engine.kernels.reference import pdq as oracle
from repit_engine.picture import open_picture

CONFORMANCE = Path(__file__).parents[3] / "conformance"


def load(name: str) -> Any:
    return json.loads((CONFORMANCE / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def make() -> Any:
    spec = importlib.util.spec_from_file_location("conformance_make", CONFORMANCE / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_engine_still_gives_the_vectors_that_are_published(make: Any) -> None:
    files = {path.name: path.read_bytes() for path in (CONFORMANCE / "pictures").iterdir()}
    documents = json.loads(json.dumps(make.documents(files)))
    for name in ("pdq.json", "anchors.json", "search.json"):
        assert documents[name] == load(name), name


def test_the_vectors_follow_the_published_algorithm(make: Any) -> None:
    """The oracle agrees wherever no coefficient lies on the median, which is true of nearly all vectors."""
    equal = []
    for vector in load("pdq.json")["luma"]:
        if vector["luma"]["make"] in ("waves", "noise"):
            bits = oracle.bits(oracle.coefficients(oracle.samples(make.made.plane(vector["luma"]))))
            equal.append(bits.tobytes().hex() == vector["hashes"][0])
    assert sum(equal) >= 0.9 * len(equal)


def test_the_cosines_are_cosines() -> None:
    frequencies, places = np.arange(1, 17)[:, np.newaxis], np.arange(64)[np.newaxis]
    scale = float(np.float32(np.sqrt(2 / 64)))
    expected = scale * np.cos(np.pi / 2 / 64 * frequencies * (2 * places + 1))
    assert (expected.astype(np.float32) == DCT).all()


@pytest.mark.parametrize("vector", load("pictures.json")["pictures"], ids=lambda vector: vector["file"])
def test_a_file_in_any_mode_decodes_to_the_published_hash(vector: dict[str, Any]) -> None:
    picture = open_picture((CONFORMANCE / "pictures" / vector["file"]).read_bytes(), full=True)
    assert (picture.width, picture.height) == (vector["width"], vector["height"])
    row, quality = pdq.hash_luma(picture.luma)
    apart = pdq.hamming(row, np.frombuffer(bytes.fromhex(vector["hash"]), np.uint8))
    # another JPEG library may round differently; everything else is exact
    assert apart <= (4 if vector["file"].endswith("jpg") else 0)
    assert abs(quality - vector["quality"]) <= 1
