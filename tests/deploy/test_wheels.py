"""What others install: wheels that are whole, true, the same each time, and run where no checkout is."""

from __future__ import annotations

import email
import hashlib
import json
import re
import subprocess
import tomllib
import zipfile
from email.message import Message
from pathlib import Path

import pytest
from installed import ROOT, Installed, build

SOURCES = {
    "repit_engine": "engine/src",
    "repit": "service/src",
    "repit_tx": "tx/src",
    "repit_synapse": "matrix/src",
}
DESCRIBED = [
    path.parent.name for path in ROOT.glob("*/README.md") if path.with_name("pyproject.toml").exists()
]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def wheel(made: Installed, name: str) -> zipfile.ZipFile:
    return zipfile.ZipFile(made.built / f"{name}-{VERSION}-py3-none-any.whl")


def metadata(made: Installed, name: str) -> Message:
    with wheel(made, name) as archive:
        return email.message_from_bytes(archive.read(f"{name}-{VERSION}.dist-info/METADATA"))


@pytest.mark.parametrize("name", SOURCES)
def test_a_wheel_holds_every_file_of_its_sources_and_no_other(wheels: Installed, name: str) -> None:
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "."]
    announced = subprocess.run(asked, cwd=ROOT / SOURCES[name], capture_output=True, text=True, check=True)
    with wheel(wheels, name) as archive:
        held = {entry for entry in archive.namelist() if ".dist-info/" not in entry}
    assert held == set(announced.stdout.split())
    assert f"{name}/py.typed" in held


@pytest.mark.parametrize("name", SOURCES)
def test_a_wheel_says_what_it_is_and_under_which_licence(wheels: Installed, name: str) -> None:
    about = metadata(wheels, name)
    assert about["License-Expression"] == "Apache-2.0"
    with wheel(wheels, name) as archive:
        held = archive.read(f"{name}-{VERSION}.dist-info/licenses/LICENSE")
    assert held == (ROOT / "LICENSE").read_bytes()
    assert about["Summary"]
    assert "Typing :: Typed" in about.get_all("Classifier", [])


@pytest.mark.parametrize("readme", DESCRIBED)
def test_the_page_of_a_distribution_travels_with_it_and_says_that_no_index_has_it(
    wheels: Installed, readme: str
) -> None:
    name = tomllib.loads((ROOT / readme / "pyproject.toml").read_text())["project"]["name"].replace("-", "_")
    about = metadata(wheels, name)
    assert about["Description-Content-Type"] == "text/markdown"
    assert "not published on a package index yet" in str(about.get_payload()).lower()


def test_the_service_wants_the_engine_of_its_own_version(wheels: Installed) -> None:
    wanted = metadata(wheels, "repit").get_all("Requires-Dist", [])
    assert f"repit-engine=={VERSION}" in wanted


def test_there_is_one_version_number_for_the_whole_house() -> None:
    announced = {folder: f"{folder}/pyproject.toml" for folder in ("engine", "service", "tx", "matrix")}
    versions = {
        name: tomllib.loads((ROOT / file).read_text())["project"]["version"]
        for name, file in announced.items()
    }
    versions["browser"] = json.loads((ROOT / "browser" / "package.json").read_text())["version"]
    plugin = (ROOT / "wordpress" / "repit-gate" / "repit-gate.php").read_text()
    versions["wordpress"] = re.findall(r"^ \* Version: +(\S+)$", plugin, re.MULTILINE)[0]
    assert set(versions.values()) == {VERSION}, versions


def test_the_same_commit_makes_the_same_bytes_and_their_digests_say_so(
    wheels: Installed, tmp_path: Path
) -> None:
    build(tmp_path / "again")
    sums = (wheels.built / "SHA256SUMS").read_text()
    assert (tmp_path / "again" / "SHA256SUMS").read_text() == sums
    announced = dict(reversed(line.split("  ")) for line in sums.splitlines())
    files = {path.name: path for path in wheels.built.iterdir() if path.name != "SHA256SUMS"}
    assert announced == {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}


def test_the_plug_in_for_wordpress_is_a_folder_with_its_licence(wheels: Installed) -> None:
    with zipfile.ZipFile(wheels.built / "repit-gate.zip") as archive:
        held = set(archive.namelist())
    assert {"repit-gate/repit-gate.php", "repit-gate/includes/gate.php", "repit-gate/LICENSE"} <= held
    assert "repit-gate/languages/repit-gate-fr_FR.mo" in held
    assert all(name.startswith("repit-gate/") for name in held)


def test_commands_come_from_the_wheels_not_from_the_checkout(wheels: Installed, tmp_path: Path) -> None:
    asked = (
        "import repit, repit_engine, repit_tx, repit_synapse; print(repit.__file__, repit_engine.__file__)"
    )
    done = wheels.run("python", "-c", asked, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert all(path.startswith(str(wheels.environment)) for path in done.stdout.split())
    for command in (
        ["repit", "--help"],
        ["repit-hash", "--help"],
        ["repit-scan", "--help"],
        ["repit", "settings"],
    ):
        done = wheels.run(*command, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert done.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_demo_runs_from_wheels_alone(wheels: Installed, tmp_path: Path) -> None:
    done = wheels.run("repit", "demo", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✗" not in done.stdout
    assert list(tmp_path.iterdir()) == []
