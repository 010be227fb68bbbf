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
PARTS_OF_A_MACHINE = "/opt/repit-parts"
"""Where `boot` shows them."""
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
        uv = [sys.executable, "-m", "uv", "--quiet", "--offline", "--no-config"]
        # Relocatable, since a machine of a test has it at /opt/repit.
        subprocess.run(
            [*uv, "venv", "--relocatable", "--python", sys.executable, str(environment)], check=True
        )
        python = environment / "bin" / "python"
        wheels = ["--no-deps", "--no-index", "--find-links", str(folder / "built"), "--compile-bytecode"]
        subprocess.run([*uv, "pip", "install", "--python", str(python), *wheels, *OURS], check=True)
        # A plain line in a .pth file is a folder to import from; editable installs there are not followed.
        (packages,) = environment.glob("lib/python*/site-packages")
        (packages / "parts.pth").write_text(f"{sysconfig.get_path('purelib')}\n{PARTS_OF_A_MACHINE}\n")
        # Kernels that this machine has compiled from these very sources (`repit_engine.kernels.jit.folders`).
        kernels = Path("repit_engine", "kernels", "jit", "__pycache__")
        for compiled in (ROOT / "engine" / "src" / kernels).glob("repit-kernels-*"):
            shutil.copytree(compiled, packages / kernels / compiled.name)
        yield Installed(folder / "built", environment)
    finally:
        shutil.rmtree(folder)
