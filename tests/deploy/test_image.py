"""The image's and the compose files, as far as no engine is needed: docs/en/deploy.md says what one was."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose
from installed import ROOT

import proxies

DEPLOY = ROOT / "deploy"
CONTAINERFILE = (DEPLOY / "oci" / "Containerfile").read_text()
KINDS = {"hotline": ("hotline", 8600), "platform": ("gate", 8700)}
STATED = {"REPIT_NAME": "hotline.example", "REPIT_GATE_FEED_URL": "https://other.example"}
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def compose(kind: str) -> dict[str, Any]:
    """The file with its variables filled in, as an engine does before it reads it."""

    def filled(found: re.Match[str]) -> str:
        return STATED.get(found[1], (found[3] or "") if found[2] == "-" else "")

    text = (DEPLOY / "compose" / f"{kind}.yml").read_text()
    read: dict[str, Any] = yaml.safe_load(_VARIABLE.sub(filled, text))
    return read


@pytest.mark.parametrize("kind", KINDS)
def test_a_compose_file_is_what_the_specification_allows(kind: str) -> None:
    spec = compose(kind)
    PyCompose.from_json(json.dumps(spec)).to_spec()
    spec["services"]["proxy"]["read_only_"] = True
    with pytest.raises(ValueError, match="read_only_"):
        PyCompose.from_json(json.dumps(spec))


@pytest.mark.parametrize("kind", KINDS)
def test_no_container_can_write_to_its_image_or_gain_rights(kind: str) -> None:
    for name, service in compose(kind)["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "privileged" not in service, name
        assert name in ("database", "proxy") or "cap_add" not in service, name


@pytest.mark.parametrize("kind", KINDS)
def test_secrets_are_files_and_only_the_proxy_can_be_reached(kind: str) -> None:
    spec = compose(kind)
    given = set[str]()
    for name, service in spec["services"].items():
        for variable, value in service.get("environment", {}).items():
            if variable.endswith("_FILE"):
                assert value.removeprefix("/run/secrets/") in service["secrets"], variable
            else:
                # The offline key's public half, and addresses.
                assert variable == "REPIT_OFFLINE_KEY" or not re.search(
                    "KEY|PASSWORD|SECRET|DATABASE_URL", variable
                )
        assert name == "proxy" or "ports" not in service
        given |= set(service.get("secrets", ()))
    assert given == set(spec["secrets"])
    assert spec["networks"]["inside"]["internal"] is True
    assert spec["services"]["database"]["networks"] == ["inside"]


@pytest.mark.parametrize("kind", KINDS)
def test_each_waits_for_what_it_needs_and_is_asked_whether_it_is_ready(kind: str) -> None:
    command, port = KINDS[kind]
    services = compose(kind)["services"]
    assert services[command]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert services["proxy"]["depends_on"] == {command: {"condition": "service_healthy"}}
    assert services[command]["command"][0] == command
    assert services[command]["healthcheck"]["test"] == ["CMD", "python", "/opt/repit/healthy.py", str(port)]
    assert services["proxy"]["environment"]["REPIT_AT"] == f"{command}:{port}"


def test_the_proxy_of_the_compose_files_is_the_one_that_is_shipped() -> None:
    ours = (DEPLOY / "compose" / "Caddyfile").read_text()
    shipped = proxies.shipped("caddy")
    (options,) = re.findall(r"^\{\n.*?^\}\n", shipped, re.MULTILINE | re.DOTALL)
    assert options in ours
    sites = shipped.split(options)[1].strip().split("\n\n")
    for (command, port), site in zip(KINDS.values(), sites, strict=True):
        name = f"{'hotline' if command == 'hotline' else 'gate'}.example"
        filled = ours.replace("{$REPIT_NAME}", name).replace("{$REPIT_AT}", f"127.0.0.1:{port}")
        assert filled.endswith(site + "\n")


def test_caddy_takes_it() -> None:
    command = [proxies._found("caddy", "bin"), "adapt", "--config", str(DEPLOY / "compose" / "Caddyfile")]
    env = {**os.environ, "REPIT_NAME": "hotline.example", "REPIT_AT": "hotline:8600"}
    done = subprocess.run([*command, "--validate"], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert '"dial":"hotline:8600"' in done.stdout


# --- the image ----------------------------------------------------------------------------------------------


def test_what_the_image_is_made_of_is_there_and_not_left_out() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()
    copied = re.findall(r"^COPY (?!--from)(\S+) ", CONTAINERFILE, re.MULTILINE)
    locks = re.findall(r"requirements/\S+\.txt", CONTAINERFILE)
    tools = [f"tools/{name}" for name in re.findall(r"tools/(\w+\.py)", CONTAINERFILE)]
    assert {"requirements/demo.txt", "requirements/bootstrap.txt", "tools/wheels.py"} <= {*locks, *tools}
    for path in (*copied, *locks, *tools):
        assert (ROOT / path).exists(), path
        assert Path(path).parts[:1] == () or Path(path).parts[0] not in ignored, path
    for needed in (
        "engine",
        "service",
        "tx",
        "matrix",
        "wordpress",
        "requirements",
        "tools",
        "LICENSE",
        "deploy",
    ):
        assert needed not in ignored


def test_only_digests_of_the_locks_are_installed_and_by_nobody_with_rights() -> None:
    for command in re.findall(r"pip install[^&\n]*", CONTAINERFILE):
        assert "--require-hashes" in command or {"--no-index", "--no-deps"} <= set(command.split()), command
    last = CONTAINERFILE[CONTAINERFILE.rindex("\nFROM ") :]
    assert re.findall(r"^USER (.*)$", last, re.MULTILINE) == ["10001:10001"]
    assert re.findall(r"^ENTRYPOINT (.*)$", last, re.MULTILINE) == ['["/opt/repit/bin/repit"]']
    assert "pip" not in last
