"""What is handed out: a wheel with its licence, its types and its words, and no compiled code of ours."""

import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

ENGINE = Path(__file__).resolve().parents[1]


def test_the_wheel_has_all_that_it_needs_and_nothing_of_this_machine(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ENGINE, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        meta = next(name for name in names if name.endswith("METADATA"))
        answer = Parser().parsestr(packed.read(meta).decode())
        licence = packed.read(meta.replace("METADATA", "licenses/LICENSE"))
    assert licence == (ENGINE.parent / "LICENSE").read_bytes()
    assert {"repit_engine/py.typed", "repit_engine/stoplist.bin"} <= set(names)
    assert not [name for name in names if "__pycache__" in name or name.endswith((".nbc", ".nbi"))]
    assert answer["License-Expression"] == "Apache-2.0"
    assert "Typing :: Typed" in answer.get_all("Classifier", [])
    # The name is free for anybody to take on an index.
    assert "Not published on a package index yet" in answer.get_payload()
