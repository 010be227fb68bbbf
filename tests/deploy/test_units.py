"""The units of `deploy/systemd`, as they stand, started by a real systemd.

An account without rights runs both services behind every one of their options, and what they are for works.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from booted import Machine, machine
from installed import ROOT, Installed

from installation import eventually
from repit.demo.device import submission
from repit.demo.pictures import original

UNITS = ROOT / "deploy" / "systemd"
SERVICES = ("repit-hotline", "repit-gate")
HOTLINE, GATE = "http://127.0.0.1:8600", "http://127.0.0.1:8700"
ADDRESS = {"repit-hotline": HOTLINE, "repit-gate": GATE}
OFFLINE_KEY = "5dfedd3b6bd47f6fa28ee15d969d5bb0ea53774d488bdaf9df1c6e0124b3ef22"
"""A public key of nobody's: what is sealed to it stays sealed."""


def installed_units(on: Machine) -> None:
    """As docs/en/deploy.md says."""
    for unit in UNITS.glob("repit*"):
        on.write(f"/etc/systemd/system/{unit.name}", unit.read_text())
    on.write("/etc/sysusers.d/repit.conf", (UNITS / "sysusers.conf").read_text())
    on.write("/etc/tmpfiles.d/repit.conf", (UNITS / "tmpfiles.conf").read_text())
    on.must("systemd-sysusers")
    on.must("systemd-tmpfiles", "--create", "repit.conf")


def as_repit(on: Machine, *command: str, **settings: str) -> str:
    rights = ["setpriv", "--reuid=repit", "--regid=repit", "--init-groups", "--inh-caps=-all"]
    stated = [f"{name}={value}" for name, value in settings.items()]
    return on.must(*rights, "env", "--chdir=/", *stated, "/opt/repit/bin/repit", *command)


def initialized(on: Machine, role: str, data: str, config: str, **settings: str) -> None:
    """An installation in `data`, its settings where root keeps them."""
    on.must("install", "-d", "-m", "700", "-o", "repit", "-g", "repit", data)
    as_repit(on, "init", role, "--data", data)
    made = on.must("cat", f"{data}/repit.toml")
    on.write(config, made + "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items()))
    on.must("chown", "root:repit", config)
    on.must("chmod", "640", config)
    on.must("rm", f"{data}/repit.toml")


def ready(on: Machine, unit: str) -> None:
    assert eventually(lambda: on.ask(f"{ADDRESS[unit]}/ready")[0] == 200), on.stated(unit)


@contextmanager
def changed(on: Machine, unit: str, drop_in: str) -> Iterator[None]:
    """A unit with something else said of it, and stopped, for a while; afterwards it serves as before."""
    file = f"/etc/systemd/system/{unit}.service.d/zz-changed.conf"
    on.write(file, drop_in)
    on.must("systemctl", "daemon-reload")
    on.must("systemctl", "stop", unit)
    try:
        yield
    finally:
        on.must("rm", file)
        on.must("systemctl", "daemon-reload")
        on.run("systemctl", "reset-failed", unit)
        on.must("systemctl", "restart", unit)
        ready(on, unit)


@pytest.fixture(scope="module")
def serving(wheels: Installed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A machine with both services, each with what it keeps in a folder of its own."""
    folder = tmp_path_factory.mktemp("machine") / "root"
    folder.mkdir()
    with machine(wheels.environment, folder) as on:
        installed_units(on)
        initialized(on, "hotline", "/var/lib/repit", "/etc/repit/repit.toml", offline_key=OFFLINE_KEY)
        on.start("repit-hotline")
        ready(on, "repit-hotline")
        key = as_repit(on, "subscriber", "add", "gate", "--key-only").strip()
        initialized(
            on,
            "platform",
            "/var/lib/repit-gate",
            "/etc/repit/gate.toml",
            gate_feed_url=HOTLINE,
            gate_feed_key=key,
            outbound_allow="127.0.0.1:8600",
            gate_budget_ms="20000",
            gate_workers="1",
        )
        # As docs/en/deploy.md says for both on one machine.
        on.write(
            "/etc/systemd/system/repit-gate.service.d/apart.conf",
            "[Service]\nStateDirectory=repit-gate\nWorkingDirectory=/var/lib/repit-gate\n"
            "Environment=REPIT_CONFIG=/etc/repit/gate.toml\n",
        )
        on.must("systemctl", "daemon-reload")
        on.start("repit-gate")
        ready(on, "repit-gate")
        yield on


def main_process(on: Machine, unit: str) -> str:
    return on.must("systemctl", "show", "--property=MainPID", "--value", unit).strip()


def processes(on: Machine, unit: str) -> list[Path]:
    """Where the kernel tells of each process of a unit."""
    listed = on.must("systemctl", "show", "--property=ControlGroup", "--value", unit).strip()
    found = on.must("cat", f"/sys/fs/cgroup{listed}/cgroup.procs").split()
    return [on.root / "proc" / number for number in found]


def test_a_known_picture_is_refused_by_services_without_rights(serving: Machine) -> None:
    picture = original(None)
    as_json = json.dumps({"items": [submission(picture)]}).encode()
    assert serving.ask(f"{HOTLINE}/api/v1/cases", as_json, "Content-Type: application/json")[0] == 201
    asked = f"{GATE}/v1/check"

    def verdict() -> str:
        status, body = serving.ask(asked, picture, "Content-Type: image/jpeg")
        return str(json.loads(body)["verdict"]) if status == 200 else body

    assert eventually(lambda: verdict() == "block"), verdict()
    assert serving.ask(f"{HOTLINE}/en/")[0] == 200


@pytest.mark.parametrize("unit", SERVICES)
def test_every_process_of_a_service_has_no_rights_at_all(serving: Machine, unit: str) -> None:
    found = processes(serving, unit)
    assert len(found) >= (2 if unit == "repit-gate" else 1)
    account = serving.must("id", "--user", "repit").strip()
    for process in found:
        stated = dict(re.findall(r"^(\w+):\s+(.*)$", (process / "status").read_text(), re.MULTILINE))
        assert stated["Uid"].split() == [account] * 4
        assert int(stated["NoNewPrivs"]) == 1
        assert int(stated["Seccomp"]) == 2  # a filter (proc(5))
        for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            assert int(stated[kind], 16) == 0, kind


@pytest.mark.parametrize("unit", SERVICES)
def test_a_service_writes_to_its_own_folders_and_sees_nobodys_home(serving: Machine, unit: str) -> None:
    number = main_process(serving, unit)
    enter = ["nsenter", "--target", number, "--mount", "--root", "--"]
    for closed in ("/etc/repit/x", "/opt/repit/x", "/usr/x", "/root/x", "/home/x", "/dev/x"):
        done = serving.run(*enter, "touch", closed)
        assert "Read-only file system" in done.stderr, (closed, done)
    assert serving.must(*enter, "ls", "-A", "/root", "/home") == "/home:\n\n/root:\n"
    shared = "/tmp/of-the-service"  # noqa: S108 - the point is that it is not shared
    serving.must(*enter, "touch", shared)
    assert serving.run("ls", shared).returncode != 0
    assert not {"mem", "vda", "sda", "kmsg"} & set(serving.must(*enter, "ls", "/dev").split())


def test_what_a_service_keeps_is_for_its_account_alone(serving: Machine) -> None:
    for folder in ("/var/lib/repit", "/var/lib/repit-gate"):
        assert serving.must("stat", "--format=%U %a", folder).split() == ["repit", "700"]
        others = serving.must("find", folder, "-perm", "/077", "-print")
        assert others == ""


def test_the_backup_of_the_night_leaves_sealed_files_and_copies_of_the_keys(serving: Machine) -> None:
    serving.start("repit-backup")
    (made,) = serving.must("ls", "/var/backups/repit").split()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d{6}Z", made)
    assert set(serving.must("ls", "/var/backups/repit-keys").split()) == {"case-keys", "bank-keys"}
    assert serving.must("find", "/var/backups/repit", "/var/backups/repit-keys", "-perm", "/077") == ""


def test_a_service_that_dies_comes_back_and_one_that_is_told_to_stop_stays_away(serving: Machine) -> None:
    before = main_process(serving, "repit-gate")
    serving.must("kill", "-KILL", before)
    assert eventually(lambda: main_process(serving, "repit-gate") not in (before, "0"))
    ready(serving, "repit-gate")
    with changed(serving, "repit-gate", ""):
        announced = serving.must("systemctl", "show", "--property=Result,ActiveState", "repit-gate").split()
        assert set(announced) == {"Result=success", "ActiveState=inactive"}


def test_a_start_returns_once_the_service_answers_and_fails_where_a_setting_is_wrong(
    serving: Machine,
) -> None:
    with changed(serving, "repit-hotline", "[Service]\nEnvironment=REPIT_THREADS=many\n"):
        assert serving.run("systemctl", "start", "repit-hotline").returncode != 0
        assert "REPIT_THREADS" in serving.stated("repit-hotline")
    serving.must("systemctl", "restart", "repit-hotline")
    assert serving.ask(f"{HOTLINE}/health")[0] == 200


def test_the_operators_key_is_handed_over_from_where_only_root_reads(serving: Machine) -> None:
    with changed(serving, "repit-hotline", (UNITS / "operator-key.conf").read_text()):
        serving.must("install", "-m", "400", "/var/lib/repit/operator.key", "/etc/repit/operator.key")
        serving.must("mv", "/var/lib/repit/operator.key", "/root/operator.key")
        try:
            serving.start("repit-hotline")
            ready(serving, "repit-hotline")
            assert serving.run("ls", "/var/lib/repit/operator.key").returncode != 0
        finally:
            serving.must("mv", "/root/operator.key", "/var/lib/repit/operator.key")


@pytest.mark.parametrize("strict", ["yes", "no"])
def test_compiled_kernels_are_the_reason_for_the_one_option_that_is_off(
    serving: Machine, strict: str
) -> None:
    samples = "lib/python3*/site-packages/repit/demo/samples/cat.jpg"
    run = f"/bin/sh -c 'exec /opt/repit/bin/repit-hash /opt/repit/{samples}'"
    unit = f"[Service]\nType=oneshot\nExecStart={run}\nMemoryDenyWriteExecute={strict}\n"
    serving.write(f"/etc/systemd/system/hashing-{strict}.service", unit)
    serving.must("systemctl", "daemon-reload")
    done = serving.run("systemctl", "start", f"hashing-{strict}")
    assert (done.returncode == 0) is (strict == "no"), serving.stated(f"hashing-{strict}")


# --- what needs no machine ----------------------------------------------------------------------------------


def test_systemd_finds_nothing_to_complain_of(tmp_path: Path) -> None:
    for unit in UNITS.glob("repit*"):
        text = unit.read_text().replace("/opt/repit/bin/repit", "/bin/true")
        (tmp_path / unit.name).write_text(text)
    command = ["systemd-analyze", "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("unit", [*SERVICES, "repit-backup"])
def test_no_unit_exposes_more_than_what_it_needs(unit: str, tmp_path: Path) -> None:
    """1.5 of 10 by systemd's own count: the network, and memory that is written and run."""
    command = [
        "systemd-analyze",
        "security",
        "--offline=yes",
        "--threshold=16",
        str(UNITS / f"{unit}.service"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("unit", SERVICES)
def test_no_start_changes_a_database(unit: str) -> None:
    assert "ExecStartPre" not in (UNITS / f"{unit}.service").read_text()
