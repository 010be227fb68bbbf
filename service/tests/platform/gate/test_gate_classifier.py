"""The plug-in point for a platform's classifier: a tiny stand-in made here says how red a picture is."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from gate_pictures import entry, jpeg, pdq, sample
from onnx import TensorProto, helper
from PIL import Image

from repit.foundation.errors import SettingsRefused
from repit.platform.gate.classifier import UNANSWERED, Classifier, read_sheet
from repit.platform.gate.indicators import Indicators
from repit.platform.gate.inspection.question import WholeFile
from repit.platform.gate.policy_file import parse_policy
from repit.platform.gate.runtime import Gate
from repit.platform.gate.verdict import Indicator

SHEET = """
model = "tiny.onnx"
milliseconds = 20000

[input]
name = "pixels"
width = 8
height = 8
layout = "nchw"
mean = [0.0, 0.0, 0.0]
deviation = [1.0, 1.0, 1.0]

[output]
name = "scores"
labels = ["red", "other"]
activation = "none"

[indicators]
red = 0.9
"""


def model(folder: Path) -> None:
    """Mean of each channel; its first is "red", its second "other"."""
    nodes = [helper.make_node("ReduceMean", ["pixels", "axes"], ["scores"], keepdims=0)]
    axes = helper.make_tensor("axes", TensorProto.INT64, [2], [2, 3])
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, [1, 3, 8, 8])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 3])],
        [axes],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.save(made, str(folder / "tiny.onnx"))


def coloured(red: int, green: int) -> bytes:
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[..., 0], pixels[..., 1] = red, green
    return jpeg(Image.fromarray(pixels))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("classifier")
    model(made)
    (made / "sheet.toml").write_text(SHEET)
    return made


@pytest.fixture(scope="module")
def classifier(folder: Path) -> Iterator[Classifier]:
    made = Classifier(read_sheet(folder / "sheet.toml"))
    yield made
    made.close()


def test_a_label_whose_threshold_is_reached_becomes_an_indicator(classifier: Classifier) -> None:
    assert classifier.of(coloured(255, 0)) == [Indicator("classifier", "red")]
    assert classifier.of(coloured(0, 255)) == []


def test_it_sends_to_review_what_the_policy_says_and_is_not_asked_about_a_sure_match(
    classifier: Classifier, gate: Gate
) -> None:
    document = {
        "version": 1,
        "rules": [{"name": "known", "then": "block"}],
        "indicators": [{"name": "red", "when": {"indicator": ["classifier:red"]}, "then": "review"}],
    }
    gate.index.apply(entry("cat", pdq(jpeg(sample()))))
    inspector = replace(
        gate.inspector,
        policy=parse_policy(json.dumps(document)),
        indicators=Indicators(classifier),
        hold=None,
    )
    seen = inspector.inspect(WholeFile(coloured(255, 0), "check"))
    assert (seen.outcome, seen.rule) == ("review", "red")
    known = inspector.inspect(WholeFile(jpeg(sample()), "check"))
    assert (known.outcome, known.indicators) == ("block", ())


def test_hostile_files_and_a_child_that_dies_give_no_answer_and_the_next_one_does(
    classifier: Classifier,
) -> None:
    assert classifier.of(b"no picture") == [UNANSWERED]
    assert classifier.of(b"\xff\xd8\xff" + bytes(1000)) == [UNANSWERED]
    running = classifier._child._child
    assert running is not None
    running.kill()
    while not running.gone:
        time.sleep(0.01)
    assert classifier.of(coloured(255, 0)) == [Indicator("classifier", "red")]


def test_a_model_that_outlasts_its_time_is_killed(folder: Path) -> None:
    (folder / "quick.toml").write_text(SHEET.replace("20000", "1"))
    quick = Classifier(read_sheet(folder / "quick.toml"))
    try:
        begun = time.monotonic()
        noise = np.random.default_rng(1).integers(0, 255, (3000, 4000, 3), np.uint8)
        assert quick.of(jpeg(Image.fromarray(noise), 95)) == [UNANSWERED]
        assert time.monotonic() - begun < 60
    finally:
        quick.close()


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("tiny.onnx", "absent.onnx"),
        ("20000", "0"),
        ("20000", '"x"'),
        ("nchw", "chwn"),
        ('"none"', '"relu"'),
        ("red = 0.9", "blue = 0.9"),
        ("red = 0.9", ""),
        ('"red"', '"unanswered"'),
        ("[1.0, 1.0, 1.0]", "[1.0, 0.0, 1.0]"),
        ("[input]", "[inputs]"),
    ],
)
def test_a_wrong_sheet_stops_the_start(folder: Path, tmp_path: Path, good: str, bad: str) -> None:
    (tmp_path / "tiny.onnx").write_bytes((folder / "tiny.onnx").read_bytes())
    (tmp_path / "sheet.toml").write_text(SHEET.replace(good, bad))
    with pytest.raises(SettingsRefused):
        read_sheet(tmp_path / "sheet.toml")
