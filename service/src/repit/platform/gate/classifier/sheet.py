"""The sheet that describes a classifier.

In: a TOML file beside the model. Out: `Sheet`, checked to the last field. Next: the parent reads thresholds
and time from it, the child everything else.

    model = "mine.onnx"
    milliseconds = 400

    [input]
    name = "pixels"
    width = 224
    height = 224
    layout = "nchw"          # or "nhwc"
    mean = [0.485, 0.456, 0.406]   # of values from 0 to 1
    deviation = [0.229, 0.224, 0.225]

    [output]
    name = "scores"
    labels = ["other", "nudity"]
    activation = "softmax"   # or "sigmoid", or "none"

    [indicators]
    nudity = 0.8
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from repit.foundation.errors import SettingsRefused, Text

Layout = Literal["nchw", "nhwc"]
Activation = Literal["softmax", "sigmoid", "none"]
_LABEL: Final = re.compile(r"[a-z0-9-]{1,40}")
_RESERVED: Final = "unanswered"
_MOST_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Sheet:
    """How a model is fed, and how its answer is read."""

    path: Path
    model: Path
    milliseconds: int
    input_name: str
    width: int
    height: int
    layout: str
    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    output_name: str
    labels: tuple[str, ...]
    activation: str
    thresholds: Mapping[str, float]


def read_sheet(path: Path) -> Sheet:
    """Read a sheet. Raises `SettingsRefused`."""
    try:
        raw = path.read_bytes()
        if len(raw) > _MOST_BYTES:
            raise ValueError
        return _sheet(path.absolute(), tomllib.loads(raw.decode()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise SettingsRefused(
            Text(
                "The sheet that REPIT_GATE_CLASSIFIER names cannot be read.",
                "La fiche nommée par REPIT_GATE_CLASSIFIER est illisible.",
            ),
            Text("Compare it with docs/en/indicators.md.", "Comparez-la avec docs/fr/indicators.md."),
        ) from None


def _sheet(path: Path, table: dict[str, Any]) -> Sheet:
    fed, read = table["input"], table["output"]
    labels = tuple(read["labels"])
    thresholds = {str(label): float(score) for label, score in table["indicators"].items()}
    sheet = Sheet(
        path=path,
        model=path.parent / table["model"],
        milliseconds=int(table["milliseconds"]),
        input_name=str(fed["name"]),
        width=int(fed["width"]),
        height=int(fed["height"]),
        layout=str(fed["layout"]),
        mean=tuple(float(value) for value in fed["mean"]),
        deviation=tuple(float(value) for value in fed["deviation"]),
        output_name=str(read["name"]),
        labels=labels,
        activation=str(read["activation"]),
        thresholds=thresholds,
    )
    good = (
        sheet.model.is_file()
        and 1 <= sheet.milliseconds <= 60_000
        and 1 <= sheet.width <= 4096
        and 1 <= sheet.height <= 4096
        and sheet.layout in ("nchw", "nhwc")
        and sheet.activation in ("softmax", "sigmoid", "none")
        and len(sheet.mean) == len(sheet.deviation) == 3
        and all(sheet.deviation)
        and labels
        and all(isinstance(label, str) and _LABEL.fullmatch(label) and label != _RESERVED for label in labels)
        and thresholds
        and set(thresholds) <= set(labels)
    )
    if not good:
        raise ValueError
    return sheet
