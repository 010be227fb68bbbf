"""`repit demo`, as someone who just cloned the repository runs it."""

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from installation import REPIT, bare_environment, eventually


def test_the_demo_ends_with_zero_and_every_line_came_out_as_it_should(tmp_path: Path) -> None:
    done = subprocess.run(
        [*REPIT, "demo"],
        env={**bare_environment(), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✗" not in done.stdout
    for line, how in (
        ("JPEG, quality 30", "standard PDQ"),
        ("As a GIF", "standard PDQ"),
        ("Mirrored", "mirrored"),
        ("Rotated by 90°", "quarter turn"),
        ("With a border", "without its border"),
        ("Cropped by 12 %", "anchored hash"),
        ("With a caption", "anchored hash"),
    ):
        row = next(row for row in done.stdout.splitlines() if line in row)
        assert "refused" in row
        assert how in row
    for line in ("Film, encoded anew", "Cut, mirrored, bars"):
        row = next(row for row in done.stdout.splitlines() if line in row)
        assert "refused" in row
        assert " = " in row
    for line in ("coffee", "rocket", "Unrelated: a film"):
        assert "passes" in next(row for row in done.stdout.splitlines() if line in row)
    assert "From withdrawal until the picture passes again" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_picture_is_refused_in_the_language_of_the_terminal(tmp_path: Path) -> None:
    text = tmp_path / "text.jpg"
    text.write_text("no picture")
    env = {**bare_environment(), "LC_ALL": "", "LANG": "fr_FR.UTF-8"}
    env.pop("REPIT_LANGUAGE")
    done = subprocess.run(
        [*REPIT, "demo", "--picture", str(text)], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "n’est pas une image lisible" in done.stdout


def test_on_a_terminal_it_stays_up_until_ctrl_c_and_leaves_nothing_behind(tmp_path: Path) -> None:
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "repit.cli", "demo"],
        env={**bare_environment(), "TMPDIR": str(tmp_path)},
        stdin=child,
        stdout=child,
        stderr=child,
        start_new_session=True,
    )
    os.close(child)
    shown = b""
    until = time.monotonic() + 120
    while b"Ctrl-C" not in shown and time.monotonic() < until:
        shown += os.read(parent, 65536)
    assert b"/docs" in shown
    below = psutil.Process(process.pid).children(recursive=True)
    assert len(below) >= 2
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    os.close(parent)
    assert eventually(lambda: not any(descendant.is_running() for descendant in below), 10)
    assert list(tmp_path.iterdir()) == []
