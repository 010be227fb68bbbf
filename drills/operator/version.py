"""The repository as operators clone it, and the version that comes after.

In: this checkout's last commit. Out: a bare repository; later a commit in it with the next number and one
more form of the database. Next: `walk`.
"""

import re
import subprocess
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
_NUMBER: Final = re.compile(r'^version = "(\d+\.\d+)\.(\d+)"$', re.MULTILINE)
_MIGRATION: Final = '''"""Nothing but a further form of the database."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("foundation", "{before}")]
    operations = []
'''


def published(folder: Path) -> Path:
    """The repository with the version that is here."""
    bare = folder / "repit.git"
    _git(folder, "clone", "--quiet", "--bare", str(ROOT), str(bare))
    return bare


def released(bare: Path, folder: Path) -> str:
    """Add the next version to it; which that is."""
    tree = folder / "next"
    _git(folder, "clone", "--quiet", str(bare), str(tree))
    found = _NUMBER.search((tree / "service/pyproject.toml").read_text())
    assert found, "the service has a version"
    before = f"{found[1]}.{found[2]}"
    after = f"{found[1]}.{int(found[2]) + 1}"
    for file in (*tree.glob("*/pyproject.toml"), tree / "service/src/repit/__init__.py"):
        text = file.read_text().replace(f'"{before}"', f'"{after}"')
        file.write_text(text.replace(f"=={before}", f"=={after}"))
    migrations = tree / "service/src/repit/foundation/migrations"
    last = max(file.stem for file in migrations.glob("0*.py"))
    (migrations / f"{int(last[:4]) + 1:04}_next.py").write_text(_MIGRATION.format(before=last))
    _git(tree, "add", "--all")
    _git(
        tree, "-c", "user.name=drill", "-c", "user.email=drill@example.org", "commit", "--quiet", "-m", after
    )
    _git(tree, "push", "--quiet")
    return after


def _git(where: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=where, check=True)
