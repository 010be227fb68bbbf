"""What others install: a wheel of each distribution, the WordPress plug-in, the locks, their digests.

In: a checkout, a folder. Out: files of which the same commit makes the same bytes: each moment in them is
the commit's, or `SOURCE_DATE_EPOCH` where that is set. Next: who installs without a checkout
(`service/README.md`), `deploy/oci/Containerfile`.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
DISTRIBUTIONS: Final = ("engine", "service", "tx", "matrix")
LOCKS: Final = {"demo.txt": "requirements.txt", "s3.txt": "requirements-s3.txt"}
_PLUGIN: Final = ROOT / "wordpress" / "repit-gate"
_EARLIEST: Final = 315_532_800
"""1980: a zip archive knows no moment before."""


def moment() -> int:
    """Seconds since 1970 that every file is given."""
    named = os.environ.get("SOURCE_DATE_EPOCH")
    if named is None:
        asked = ["git", "log", "-1", "--format=%ct"]
        announced = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
        named = announced.stdout.strip() or str(_EARLIEST)
    return max(int(named), _EARLIEST)


def wheels(out: Path, epoch: int) -> None:
    """One for each distribution, by the build backend of this environment: nothing is fetched."""
    env = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch)}
    for name in DISTRIBUTIONS:
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
        subprocess.run(command, cwd=ROOT / name, env=env, check=True, stdout=subprocess.DEVNULL)  # noqa: S603


def plugin(out: Path, epoch: int) -> None:
    """As *Plug-ins → Add new → Upload* takes it."""
    files = {path.relative_to(_PLUGIN.parent): path for path in _PLUGIN.rglob("*") if path.is_file()}
    files[Path(_PLUGIN.name, "LICENSE")] = ROOT / "LICENSE"
    with zipfile.ZipFile(out / "repit-gate.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name.as_posix(), time.gmtime(epoch)[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, files[name].read_bytes())


def main(out: Path) -> None:
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    epoch = moment()
    wheels(out, epoch)
    plugin(out, epoch)
    for lock, name in LOCKS.items():
        shutil.copyfile(ROOT / "requirements" / lock, out / name)
    sums = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(out.iterdir())
    ]
    (out / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    print("".join(sums), end="")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
