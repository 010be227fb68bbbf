"""Where what was made once is kept, and by what it is known.

In: modules, values. Out: a folder under `artefacts/video`. Next: `originals`, `copies`, `ours`.
"""

import ast
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from bench.common import ROOT

VERSION: Final = 1
"""Of how films are written and read (`filming`): another one makes everything anew."""
KEPT: Final = ROOT / "artefacts" / "video"


def digest(files: Iterable[str | Path], *values: object) -> str:
    """Of what code does and of values; how it is laid out, and its comments, do not count."""
    summed = hashlib.sha256(repr(values).encode())
    for file in files:
        summed.update(ast.dump(ast.parse(Path(file).read_bytes())).encode())
    return summed.hexdigest()[:12]
