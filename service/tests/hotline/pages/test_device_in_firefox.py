"""The same pictures in Debian's Firefox, which decodes them in its own way."""

import json
import os
import subprocess
import sys
from pathlib import Path

from device_page import apart
from device_pictures import made

ALL = range(100)
HERE = Path(__file__).parent
ENVIRONMENT = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def test_a_hundred_pictures_hash_in_firefox_as_the_engine_hashes_them(
    firefox: str, site: str, tmp_path: Path
) -> None:
    for number in ALL:
        (tmp_path / made(number).name).write_bytes(made(number).content)
    done = subprocess.run(
        ["node", str(HERE / "firefox.mjs"), firefox, f"{site}/en/device/", str(tmp_path)],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["requested"] == []
    # Firefox says of no frame how it is turned: what may be turned is read through a canvas instead.
    assert set(report["ways"]) == {"frame", "canvas"}
    for number, way, item in zip(ALL, report["ways"], report["items"], strict=True):
        picture = made(number)
        values = [each["value"] for each in item["hashes"] if each["algorithm"] == "pdq"]
        if picture.lossy or (way == "canvas" and picture.name.endswith("webp")):
            assert apart(values[0], picture.hashes[0]) <= 12, picture.name
        else:
            assert values == picture.hashes, picture.name
