"""The browser package passes its own checks, in the Node of the development environment."""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

BROWSER = Path(__file__).parents[1]
SERVED = BROWSER.parent / "service/src/repit/hotline/web/case_pages/static/case_pages/device"
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


def test_the_same_sources_give_the_bundle_that_is_served(tmp_path: Path) -> None:
    """Anyone can build it again and compare; where this fails, `make bundle` was forgotten."""
    run("node", "build.mjs", str(tmp_path))
    built = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(built) == {"device.js", "worker.js", "video-worker.js", "stop-list.js", "licences.txt"}
    for name, content in built.items():
        assert (SERVED / name).read_bytes() == content, name


def test_the_published_digests_are_those_of_the_bundle() -> None:
    lines = (BROWSER.parent / "docs" / "device-page.sha256").read_text(encoding="ascii").splitlines()
    published = {name: digest for digest, name in (line.split("  ") for line in lines)}
    assert published == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(SERVED.iterdir())
    }


def test_the_bundle_reaches_for_nothing_outside_itself() -> None:
    for bundle in SERVED.glob("*.js"):
        source = bundle.read_text(encoding="utf-8")
        assert not re.search(
            r"https?://|fetch\b|import\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon", source
        ), bundle.name
        assert not re.search(r"importScripts|\beval\(|new Function|localStorage|indexedDB|cookie", source), (
            bundle.name
        )


def test_the_lock_names_no_address() -> None:
    text = (BROWSER / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in text
    packages = json.loads(text)["packages"]
    assert all("integrity" in package for name, package in packages.items() if name)
