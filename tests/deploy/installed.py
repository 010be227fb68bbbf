"""An installation from wheels, in a folder of its own that every account may read, and as what it is run.

In: a checkout. Out: `Installed`: commands that come from the wheels; the parts that they need come from the
environment of the tests, as the locks have them. Next: `test_wheels`, `test_units`, `test_image`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from installation import bare_environment

ROOT = Path(__file__).resolve().parents[2]
OURS = ("repit", "repit-engine", "repit-tx", "repit-synapse")


@dataclass(frozen=True)
class Installed:
    """`built`: what `make wheels` makes; `environment`: where its wheels are installed."""

    built: Path
    environment: Path

    def run(self, *command: str, cwd: Path, **settings: str) -> subprocess.CompletedProcess[str]:
        """One of the installation's programs, from a folder that is not the checkout."""
        program, *arguments = command
        return subprocess.run(
            [str(self.environment / "bin" / program), *arguments],
            cwd=cwd,
            env={**bare_environment(), "PYTHONSAFEPATH": "1", **settings},
            capture_output=True,
            text=True,
            check=False,
        )


def build(out: Path) -> None:
    """As `make wheels` does, without a network."""
    command = [sys.executable, str(ROOT / "tools" / "wheels.py"), str(out)]
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def installed() -> Iterator[Installed]:
    folder = Path(tempfile.mkdtemp(prefix="repit-installed-"))
    try:
        folder.chmod(0o755)  # another account is to start it
        build(folder / "built")
        environment = folder / "opt"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
        python = environment / "bin" / "python"
        parts = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--offline", "--no-config"]
        wheels = ["--no-deps", "--no-index", "--find-links", str(folder / "built"), "--compile-bytecode"]
        subprocess.run([*parts, "--python", str(python), *wheels, *OURS], check=True)
        # A plain line in a .pth file is a folder to import from; editable installs there are not followed.
        (packages,) = environment.glob("lib/python*/site-packages")
        (packages / "parts.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
        yield Installed(folder / "built", environment)
    finally:
        shutil.rmtree(folder)
