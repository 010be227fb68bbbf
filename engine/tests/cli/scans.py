"""What tests of `repit-scan` share: pictures made by code, the command, and its rows."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from repit_engine import Hashed, hash_picture

SCAN = [sys.executable, "-m", "repit_engine.cli.scan"]


def picture(seed: int) -> bytes:
    small = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(small).resize((128, 96), Image.Resampling.BICUBIC).save(file, "JPEG")
    return file.getvalue()


def hex_of(data: bytes) -> str:
    outcome = hash_picture(data)
    assert isinstance(outcome, Hashed)
    return outcome.hash.hex


def scan(
    *arguments: str | Path, by: Sequence[str] = (), language: str = "en", **more: Any
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*by, *SCAN, *map(str, arguments)],
        capture_output=True,
        check=False,
        env={**os.environ, "REPIT_LANGUAGE": language},
        **more,
    )


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]
