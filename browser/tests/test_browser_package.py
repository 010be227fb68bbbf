"""The browser package passes its own checks, in the Node of the development environment."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

BROWSER = Path(__file__).parents[1]
ENVIRONMENT = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def run(*command: str) -> str:
    done = subprocess.run(
        command, cwd=BROWSER, env=ENVIRONMENT, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_package_passes_its_own_tests_in_node() -> None:
    report = run("node", "--test", "--test-reporter=tap", "tests/*.test.ts")
    counts = dict(re.findall(r"^# (tests|pass|skipped|todo) (\d+)$", report, re.MULTILINE))
    assert int(counts["tests"]) > 60
    assert counts["pass"] == counts["tests"]
    assert counts["skipped"] == counts["todo"] == "0"


def test_the_package_is_typed_strictly() -> None:
    run("node", "node_modules/typescript/bin/tsc", "--noEmit")


def test_the_same_sources_give_the_same_bundle(tmp_path: Path) -> None:
    outputs = []
    for name in ("one", "two"):
        run("node", "build.mjs", str(tmp_path / name))
        outputs.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert outputs[0] == outputs[1]
    assert set(outputs[0]) == {"repit-hash.js", "repit-hash-worker.js"}


def test_the_bundle_reaches_for_nothing_outside_itself(tmp_path: Path) -> None:
    run("node", "build.mjs", str(tmp_path))
    for bundle in tmp_path.iterdir():
        source = bundle.read_text(encoding="utf-8")
        assert not re.search(r"https?:|fetch\(|XMLHttpRequest|WebSocket|importScripts|eval\(", source)


def test_the_lock_names_no_address() -> None:
    text = (BROWSER / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in text
    packages = json.loads(text)["packages"]
    assert all("integrity" in package for name, package in packages.items() if name)
