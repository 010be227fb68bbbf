"""What the tests of videos share: the code-made films of `conformance/`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "conformance"))
