"""Tests run under the settings of the role that they test, and `pytest PATH` finds them by itself."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import roles

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("REPIT_", "DJANGO_"))}
GATE, HOTLINE = (
    "service/tests/platform/review/test_wellbeing.py",
    "service/tests/foundation/test_backoff.py",
)
SETTINGS = """
import importlib, json, sys
values = vars(importlib.import_module(sys.argv[1]))
print(json.dumps([values[name] for name in ("INSTALLED_APPS", "MIDDLEWARE", "ROOT_URLCONF", "TEMPLATES")]))
"""


def collected(*arguments: str, **env: str) -> tuple[int, str]:
    """How pytest ends, and what it says, when it only looks for tests."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(
        command,
        env={**CLEAN, **env},
        cwd=roles.ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_every_file_of_tests_has_a_role_of_its_own() -> None:
    files = [
        file
        for place in ("engine", "service", "browser", "tx", "tests")
        for file in (roles.ROOT / place).rglob("test_*.py")
        if "node_modules" not in file.parts
    ]
    assert len(files) > 200
    seen = {roles.of_file(file) for file in files}
    assert seen >= {frozenset({role}) for role in roles.ROLES} | {roles.ANY, roles.EACH}
    assert {path for path in roles.UNDER if not (roles.ROOT / path).exists()} == set()


def test_what_an_environment_beside_ours_brings_has_no_role_and_is_passed_by(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for place in (".venv-bench/lib/plots", "browser/node_modules/kit", "service/tests/platform"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "test_theirs.py").touch()
    monkeypatch.setattr(roles, "ROOT", tmp_path)
    assert roles.of_paths([str(tmp_path)]) == [frozenset({"gate"})]
    assert roles.of_paths([str(tmp_path / ".venv-bench" / "lib")]) == []


def test_a_folder_that_nobody_gave_a_role_is_refused() -> None:
    with pytest.raises(roles.NoRole, match="does not say under which settings"):
        roles.of_file(roles.ROOT / "service" / "tests" / "a_new_room" / "test_it.py")


@pytest.mark.parametrize("role", roles.ROLES)
def test_a_role_under_test_has_the_apps_pages_and_middleware_of_that_role(role: str, tmp_path: Path) -> None:
    """So a test of a gate has no hotline's table, page, template or middleware to lean on."""

    installed = {**CLEAN, "REPIT_DATA": str(tmp_path), "REPIT_OPERATOR_KEY": "ab" * 32}

    def read(module: str) -> object:
        command = [sys.executable, "-c", SETTINGS, module]
        return json.loads(
            subprocess.run(command, env=installed, capture_output=True, timeout=120, check=True).stdout
        )

    assert read(roles.settings_of(role)) == read(f"repit.settings.{role}")


def test_paths_of_one_role_are_given_its_settings() -> None:
    for path, role in ((GATE, "gate"), (HOTLINE, "hotline")):
        status, output = collected(path, "-v")
        assert (status, f"settings: repit.settings.test.{role}" in output) == (0, True), output


def test_paths_of_two_roles_are_refused_in_words_and_one_role_of_them_can_be_named() -> None:
    status, output = collected(GATE, HOTLINE)
    assert status == pytest.ExitCode.USAGE_ERROR
    assert (
        "hold tests of several (hotline, gate). Name one with --role" in output and "Traceback" not in output
    )
    status, output = collected(GATE, HOTLINE, "--role", "gate")
    assert status == 0 and GATE in output and HOTLINE not in output


def test_settings_of_another_role_in_the_environment_are_not_taken_silently() -> None:
    status, output = collected(GATE, DJANGO_SETTINGS_MODULE="repit.settings.test.hotline")
    assert status == pytest.ExitCode.USAGE_ERROR
    assert "these tests run under repit.settings.test.gate" in output


def test_what_runs_under_two_roles_is_run_under_each() -> None:
    each = "service/tests/foundation/test_form_charsets.py"
    assert roles.needed([each]) == ["hotline", "gate"]
    assert roles.needed([GATE]) == roles.needed(["engine/tests"]) == []
    assert roles.needed(["service/tests"]) == ["hotline", "gate", "both", "any"]
