"""What is loaded before a child is sealed is all that it needs: a kernel that comes later is compiled anew
for each video, since nothing may be read from the disk any more."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

VIDEOS = Path(__file__).resolve().parents[3] / "conformance" / "videos"
_LATE = """
import gc, json, sys
from pathlib import Path
from numba.core.registry import CPUDispatcher
from repit_engine import anchors
from repit_engine.moments import asked_about, asked_of, moments_of, warming
from repit_engine.video import open_video

def kernels():
    found = (each for each in gc.get_objects() if isinstance(each, CPUDispatcher))
    return {(each.py_func.__qualname__, str(kind)) for each in found for kind in each.signatures}

side, *videos = sys.argv[1:]
getattr(warming, {"bank": "warm_up_bank", "all": "warm_up"}[side])()
before = kernels()
for path in videos:
    with open_video(Path(path)) as video:
        moments_of(video)
        if side == "all":
            list(asked_of(video))
            asked_about(video, video.times)
if side == "all":
    anchors.warm_up()
print(json.dumps(sorted(kernels() - before)))
"""


@pytest.mark.parametrize("side", ["bank", "all"])
def test_every_kernel_is_loaded_before_a_child_is_sealed(side: str) -> None:
    videos = [str(path) for path in sorted(VIDEOS.iterdir()) if path.suffix not in {".json", ".md"}]
    done = subprocess.check_output([sys.executable, "-c", _LATE, side, *videos], text=True)
    assert json.loads(done) == []


def test_what_only_keeps_moments_loads_nothing_of_the_asking_side() -> None:
    program = (
        "import gc\nfrom numba.core.registry import CPUDispatcher\nfrom repit_engine.moments import warming\n"
        "warming.warm_up_bank()\n"
        "print([each.__module__ for each in gc.get_objects() if isinstance(each, CPUDispatcher)"
        " and each.signatures and each.__module__.endswith('anchors_frames')])"
    )
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "[]"
