"""The three screens in Debian's Firefox: Back, reload and forward keep the answers, and the receipt."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from device_pictures import made
from running import Hotline, environment

HERE = Path(__file__).parent
ENVIRONMENT = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """A hotline of this file's own."""
    process = Hotline(environment(tmp_path_factory.mktemp("firefox")))
    yield process
    process.kill()


def test_back_reload_and_forward_keep_the_answers_and_the_receipt(
    firefox: str, hotline: Hotline, tmp_path: Path
) -> None:
    picture = tmp_path / made(0).name
    picture.write_bytes(made(0).content)
    walk = [str(HERE / "firefox_intake.mjs"), firefox, f"{hotline.base_url}/en/start/", str(picture)]
    done = subprocess.run(
        ["node", *walk], env=ENVIRONMENT, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    questions = ["happening", "who", "device", "who", "who", "device", "device"]
    assert report["told"] == [*questions, "/en/receipt/", "/en/receipt/", "/en/receipt/"]
    assert report["button"] == "Protect 1 file"
    assert len(set(report["shown"])) == 1 and report["shown"][0].startswith("1 file is protected|")
