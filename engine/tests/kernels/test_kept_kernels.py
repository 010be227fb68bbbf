"""Compiled kernels: kept where an account may write, read from where it may not, taken from nobody else."""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from accounts import IS_ROOT, NOBODY, OTHER

import repit_engine
from repit_engine.kernels.jit.compiled import kernel

ASK = """
import json, sys
import numpy as np
from repit_engine.kernels.jit import folders, small
kind = np.dtype(sys.argv[1])
print(json.dumps({
    "answer": float(small.outer(np.ones(3, kind))),
    "compiled": sum(small.outer.stats.cache_misses.values()),
    "used": [str(folder) for folder in folders.used()],
}))
"""
INNER = "from repit_engine.kernels.jit.compiled import kernel\n\n@kernel\ndef inner(x):\n    return x + {}\n"
OUTER = (
    "from repit_engine.kernels.jit.compiled import kernel\n"
    "from repit_engine.kernels.jit.within import inner\n\n"
    "@kernel\ndef outer(x):\n    return inner(x.sum())\n"
)


class Installation:
    """A copy of the package with two small kernels, one within the other, in a folder that all may read."""

    def __init__(self, root: Path) -> None:
        self.root = root
        jit = root / "repit_engine" / "kernels" / "jit"
        jit.mkdir(parents=True)
        source = Path(repit_engine.__file__).parent
        for name in ("__init__.py", "kernels/__init__.py", *(f"kernels/jit/{name}" for name in _JIT)):
            shutil.copy(source / name, root / "repit_engine" / name)
        (jit / "small.py").write_text(OUTER)
        self.within = jit / "within.py"
        self.within.write_text(INNER.format(1))
        for folder in (root, *root.rglob("*")):
            folder.chmod(0o755 if folder.is_dir() else 0o644)

    @property
    def package(self) -> Path:
        return self.within.parent / "__pycache__"

    def close(self) -> None:
        """As root installs for others: nobody else writes below it."""
        self.package.mkdir(exist_ok=True)
        for folder in (self.root, *self.root.rglob("*")):
            if folder.is_dir():
                folder.chmod(0o555)

    def open(self) -> None:
        for folder in (self.root, *self.root.rglob("*")):
            if folder.is_dir():
                folder.chmod(0o755)

    def command(self, kind: str = "uint8") -> list[str]:
        return [sys.executable, "-B", "-c", ASK, kind]

    def environment(self, **more: object) -> dict[str, str]:
        plain = {"PATH": os.environ["PATH"], "PYTHONPATH": str(self.root), "HOME": "/nonexistent"}
        return plain | {name: str(value) for name, value in more.items()}

    def ask(self, *, by: list[str], kind: str = "uint8", **more: object) -> dict[str, Any]:
        done = subprocess.run(
            [*by, *self.command(kind)],
            env=self.environment(**more),
            capture_output=True,
            check=False,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) | {"stderr": done.stderr}


_JIT = ("__init__.py", "compiled.py", "folders.py", "kept.py")


@pytest.fixture
def there() -> Iterator[Path]:
    """A folder that every account finds."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def installation(there: Path) -> Iterator[Installation]:
    made = Installation(there / "site")
    yield made
    made.open()


def own(folder: Path) -> Path:
    """A folder of the account with few rights."""
    folder.mkdir()
    if IS_ROOT:
        os.chown(folder, NOBODY, NOBODY)
    return folder


def test_what_was_warmed_at_the_installation_serves_who_may_write_nowhere(
    installation: Installation,
) -> None:
    assert installation.ask(by=[])["compiled"] == 1
    installation.close()
    found = installation.ask(by=OTHER)
    assert (found["answer"], found["compiled"], found["stderr"]) == (4.0, 0, "")
    assert [Path(folder).parent for folder in found["used"]] == [installation.package]


@pytest.mark.parametrize("given", ["NUMBA_CACHE_DIR", "CACHE_DIRECTORY", "XDG_CACHE_HOME", "HOME", "TMPDIR"])
def test_where_the_package_is_closed_kernels_are_kept_in_the_account_s_own_folder(
    given: str, installation: Installation, there: Path
) -> None:
    installation.close()
    mine = own(there / "mine")
    first, second = (installation.ask(by=OTHER, **{given: mine}) for _ in range(2))
    assert (first["compiled"], second["compiled"]) == (1, 0)
    assert first["stderr"] == second["stderr"] == ""
    assert all(Path(folder).is_relative_to(mine) for folder in first["used"])
    assert first["used"] == second["used"] != []


def test_where_no_folder_takes_anything_it_works_all_the_same_and_says_so_once(
    installation: Installation,
) -> None:
    """As on a full disk: not one byte can be written, wherever."""
    installation.close()
    done = subprocess.run(
        [*OTHER, *installation.command()],
        env=installation.environment(),
        capture_output=True,
        check=False,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"answer": 4.0, "compiled": 1, "used": []}
    assert done.stderr.count("repit-hash --warm") == 1


@pytest.mark.parametrize(
    "trap", ["open to all", "a link", "in a folder open to all", *(["another's"] if IS_ROOT else [])]
)
def test_a_folder_that_others_can_write_is_neither_read_nor_written(
    trap: str, installation: Installation, there: Path
) -> None:
    """Whoever could put files there could have their code run."""
    installation.close()
    honest, trapped = own(there / "honest"), own(there / "trapped")
    (kept,) = (Path(folder) for folder in installation.ask(by=OTHER, NUMBA_CACHE_DIR=honest)["used"])
    bait = shutil.copytree(kept, trapped / kept.name)
    if IS_ROOT:
        for path in (bait, *bait.iterdir()):
            os.chown(path, NOBODY, NOBODY)
    if trap == "open to all":
        bait.chmod(0o777)
    elif trap == "a link":
        bait.rename(trapped / "elsewhere")
        bait.symlink_to(trapped / "elsewhere")
    elif trap == "in a folder open to all":
        trapped.chmod(0o777)
    else:
        os.chown(bait, 12345, 12345)
    before = sorted(path.name for path in bait.iterdir())
    found = installation.ask(by=OTHER, NUMBA_CACHE_DIR=trapped, XDG_CACHE_HOME=own(there / "mine"))
    assert (found["answer"], found["compiled"]) == (4.0, 1)
    assert all(Path(folder).is_relative_to(there / "mine") for folder in found["used"])
    assert sorted(path.name for path in bait.iterdir()) == before


def test_files_cut_short_are_compiled_anew_and_mended(installation: Installation) -> None:
    (folder,) = installation.ask(by=[])["used"]
    for file in Path(folder).iterdir():
        os.truncate(file, file.stat().st_size // 2)
    assert installation.ask(by=[])["answer"] == 4.0
    assert installation.ask(by=[])["compiled"] == 0


def test_code_for_another_processor_is_kept_apart(installation: Installation) -> None:
    """An image that was built on one machine and runs on another never runs what this one cannot."""
    other = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
    assert [installation.ask(by=[], **env)["compiled"] for env in ({}, other, {}, other)] == [1, 1, 0, 0]


def test_a_kernel_is_compiled_anew_when_one_within_it_changed(installation: Installation) -> None:
    assert installation.ask(by=[])["answer"] == 4.0
    installation.within.write_text(INNER.format(2))
    assert installation.ask(by=[])["answer"] == 5.0


def test_processes_that_start_at_once_take_no_code_for_another_s(installation: Installation) -> None:
    """Numba numbers the kinds of one kernel in an index; of two at once, each could find the other's code."""
    kinds = ["uint8", "float64", "int16", "float32"] * 2
    running = [
        subprocess.Popen(
            installation.command(kind), env=installation.environment(), stdout=subprocess.PIPE, text=True
        )
        for kind in kinds
    ]
    assert [json.loads(process.communicate()[0])["answer"] for process in running] == [4.0] * 8
    for kind in kinds[:4]:
        again = installation.ask(by=[], kind=kind)
        assert (again["answer"], again["compiled"]) == (4.0, 0)


def test_a_kernel_is_handed_no_other_kernel() -> None:
    """Its place in memory would be part of the key: compiled at every start, each time into another file."""

    @kernel
    def called(x):
        return x + 1

    @kernel
    def calling(x, function):
        return function(x)

    with pytest.raises(TypeError, match="handed another"):
        calling(1, called)


_STARTING = """
import json
from pathlib import Path
from numba.core import event
from repit_engine import anchors, pdq, picture, search
from repit_engine.kernels.jit import folders
from repit_engine.moments import warming

with event.install_recorder("numba:compile") as recorder:
    for room in (picture, pdq, anchors, search, warming):
        room.warm_up()
kept = [file for folder in folders.to_read() for file in Path(folder).iterdir()]
compiled = sorted({str(each.data["dispatcher"]) for _, each in recorder.buffer})
print(json.dumps([compiled, len(kept)]))
"""


def test_no_kernel_of_ours_is_compiled_twice() -> None:
    (_, kept), again = (
        json.loads(subprocess.check_output([sys.executable, "-c", _STARTING], text=True)) for _ in range(2)
    )
    assert again == [[], kept]
