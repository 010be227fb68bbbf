"""The operator's page typed from its first line to its last, on machines with nothing on them.

In: the page, a world, Chromium. Out: what each step took. Raises `Refused` at the first line that does not
succeed, `Unreadable` where the page leaves its reader alone, `AssertionError` where it leads to something
else than it says. Next: the drill's report.
"""

import json
import re
import shutil
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser

from drills.operator import page, people, version
from drills.operator.authority import Issued
from drills.operator.machines import Machine, World
from drills.operator.page import Step
from drills.operator.people import Receipt
from repit.demo.pictures import original, uploads

HOTLINE: Final = "The hotline's machine"
PLATFORM: Final = "The platform's machine"
ELSEWHERE: Final = "On another machine"
UPGRADE: Final = "Upgrade, and go back"
WHEELS: Final = ("What is installed", "With systemd")
WHEELS_UPGRADE: Final = "An upgrade"
BASE: Final = "https://hotline.example"
NAMES: Final = ("hotline.example", "gate.example")
ANSWER: Final = "Yes. We have your case, and we begin today."
_START: Final = 6
_TLS: Final = 7
_SECONDS: Final = 120.0
_ITS_HOTLINE: Final = 3
_OF_THIS_NETWORK: Final = (
    'outbound_allow = "hotline.example:443"',
    'outbound_ca = "/etc/ssl/certs/ca-certificates.crt"',
)
_STICK: Final = "media/stick"
_SAMPLE: Final = "root/upload.jpg"
_LINK: Final = re.compile(r"https://\S+/staff/enrol/\S+")
_OFFLINE_KEY: Final = re.compile(r"REPIT_OFFLINE_KEY=([0-9a-f]{64})")
_KEY: Final = re.compile(r"^\s*(repit_\S+|[A-Za-z0-9_-]{32,})\s*$", re.MULTILINE)


@dataclass
class Took:
    """One step at one machine."""

    machine: str
    what: str
    lines: int
    seconds: float


@dataclass
class Walk:
    """`own`: what is the reader's own, in place of the page's words for it."""

    text: str
    world: World
    issued: Issued
    chromium: str
    repository: Path
    took: list[Took] = field(default_factory=list)
    own: dict[str, str] = field(default_factory=lambda: {"ADDRESS OF THIS REPOSITORY": "/srv/repit.git"})
    signed_in: Any = None
    """The caseworker's browser, between two visits."""

    # --- typing -------------------------------------------------------------------------------------------

    def step(self, machine: Machine, step: Step, without: str = "") -> str:
        """Type a step; everything that it printed. A key that is printed goes where the page wants it, a link
        is opened by its owner before the next line is typed."""
        begun, everything = time.monotonic(), list[str]()
        for line in step.lines:
            printed = machine.type(page.filled_in(line, self.own).replace(without, ""))
            everything.append(printed)
            if key := _OFFLINE_KEY.search(printed):
                self.own["64 DIGITS THAT IT PRINTED"] = key[1]
            if link := _LINK.search(printed):
                self.arrived(link[0], caseworker="caseworker" in line)
        self._note(machine, step.title, len(step.lines), begun)
        return "".join(everything)

    def _note(self, machine: Machine, what: str, lines: int, begun: float) -> None:
        self.took.append(Took(machine.name, what, lines, time.monotonic() - begun))
        print(f"{machine.name:>9} {self.took[-1].seconds:7.1f} s  {what}", flush=True)

    def numbered(self, section: str) -> dict[int, Step]:
        """The steps of a section by their numbers."""
        return {step.number: step for step in page.of_section(self.text, section)}

    # --- the hotline --------------------------------------------------------------------------------------

    def hotline(self, machine: Machine) -> None:
        """Every step of its machine, in order."""
        steps = self.numbered(HOTLINE)
        self.world.call("hotline.example", machine)
        self.arrive(machine)
        for number in range(1, 10):
            if number == _TLS:
                self.certificate(machine)
            printed = self.step(machine, steps[number])
            assert number != _START or _answer(printed)["ready"], printed
        given = _KEY.findall(self.step(machine, steps[10]))
        assert len(given) == 1, "the command prints one key"
        self.own["KEY FROM THE HOTLINE"] = given[0]

    def arrive(self, machine: Machine) -> None:
        """What lies outside of the page: a stick, a repository with an address."""
        (machine.root / _STICK).mkdir(parents=True, exist_ok=True)
        shutil.copytree(self.repository, machine.root / "srv/repit.git", dirs_exist_ok=True)
        (machine.root / "root/.gitconfig").write_text("[safe]\n\tdirectory = *\n")

    def certificate(self, machine: Machine) -> None:
        """As an ACME client leaves it."""
        machine.write("/etc/ssl/repit/fullchain.pem", self.issued.certificate)
        machine.write("/etc/ssl/repit/privkey.pem", self.issued.key)

    def arrived(self, link: str, *, caseworker: bool) -> None:
        """Somebody of the staff at a browser."""
        with self.browsing() as chromium, people.visit(chromium) as at:
            people.enrolled(at, link)
            if caseworker:
                people.desk_set_up(at, BASE)
                self.signed_in = at.context.storage_state()

    def browsing(self) -> AbstractContextManager[Browser]:
        """A browser that looks names up as they are now."""
        return people.browser(self.world.names, self.chromium, self.issued.public)

    def case(self, machine: Machine) -> Receipt:
        """Someone opens a case, Sacha answers, the answer is read."""
        begun = time.monotonic()
        with self.browsing() as chromium:
            with people.visit(chromium) as hers:
                receipt = people.case_opened(hers, BASE, original(None))
            with people.visit(chromium, self.signed_in) as theirs:
                people.case_answered(theirs, BASE, ANSWER)
            with people.visit(chromium) as hers:
                assert ANSWER in people.messages(hers, BASE, receipt)
        self._note(machine, "A case: opened, answered, read", 0, begun)
        return receipt

    def still_there(self, machine: Machine, receipt: Receipt) -> None:
        """The receipt opens the case, and the answer stands in it."""
        begun = time.monotonic()
        with self.browsing() as chromium, people.visit(chromium) as hers:
            assert ANSWER in people.messages(hers, BASE, receipt)
        self._note(machine, "The receipt opens the case", 0, begun)

    # --- the platform -------------------------------------------------------------------------------------

    def platform(self, machine: Machine) -> Step:
        """Every step of its machine but the last one, which asks about an upload and is given back."""
        ours, theirs = self.numbered(PLATFORM), self.numbered(HOTLINE)
        self.world.call("gate.example", machine)
        self.arrive(machine)
        self.own["UPLOAD"] = f"/{_SAMPLE}"
        (machine.root / _SAMPLE).write_bytes(original(None))
        for number in (1, 2):
            self.step(machine, theirs[number], without=" postgresql")
        for number in range(2, 6):
            self.step(machine, ours[number])
            if number == _ITS_HOTLINE:
                # Beyond the page, since this network and its authority are no part of the internet.
                for line in _OF_THIS_NETWORK:
                    machine.type(f"echo '{line}' >> /etc/repit/repit.toml")
                self.certificate(machine)
        return ours[6]

    def refused(self, machine: Machine, step: Step) -> None:
        """The last line of the step, for the picture, for an altered copy, for others."""
        asked, begun = page.filled_in(step.lines[-1], self.own), time.monotonic()

        def verdict(picture: bytes) -> str:
            (machine.root / _SAMPLE).write_bytes(picture)
            return str(_answer(machine.type(asked))["verdict"])

        until = time.monotonic() + _SECONDS
        while verdict(original(None)) != "block" and time.monotonic() < until:
            time.sleep(1)
        for upload in uploads(original(None), ours=True):
            found = verdict(upload.data)
            assert (found == "allow") is (upload.hope == "passes"), (upload.name.en, found)
        self._note(machine, "Uploads: the picture and its copies refused, others let through", 1, begun)

    # --- the other page -----------------------------------------------------------------------------------

    def wheels(self, machine: Machine) -> None:
        """A hotline on SQLite from wheels, as the page about units has it; what that page takes as given, a
        checkout and a key for backups, comes from the operator's."""
        steps = self.numbered(HOTLINE)
        self.arrive(machine)
        self.step(machine, replace(steps[1], lines=steps[1].lines[:-2], title="A checkout"))
        for section in WHEELS:
            for step in page.of_section(page.DEPLOY.read_text("utf-8"), section):
                self.step(machine, step)
        self.step(machine, replace(steps[5], lines=tuple(map(_by_its_path, steps[5].lines))))
        assert _answer(machine.type("curl http://127.0.0.1:8600/ready"))["ready"]

    def wheels_upgraded(self, machine: Machine) -> None:
        """To the version that was released meanwhile."""
        shutil.copytree(self.repository, machine.root / "srv/repit.git", dirs_exist_ok=True)
        (step,) = page.of_section(page.DEPLOY.read_text("utf-8"), WHEELS_UPGRADE)
        self.step(machine, step)
        assert _answer(machine.type("curl http://127.0.0.1:8600/ready"))["ready"]

    # --- afterwards -----------------------------------------------------------------------------------------

    def upgrade(self, machine: Machine, folder: Path) -> None:
        """To the version after this one."""
        after = version.released(self.repository, folder)
        shutil.copytree(self.repository, machine.root / "srv/repit.git", dirs_exist_ok=True)
        (step,) = page.of_section(self.text, UPGRADE)
        printed = self.step(machine, step)
        assert f"repit {after}" in printed and _answer(printed)["ready"], printed

    def power_cut(self, machine: Machine, address: str) -> None:
        """The machine loses its power, and serves again by itself."""
        begun = time.monotonic()
        self.world.power_cut(machine)
        assert _answer(machine.type(f"curl --fail --retry 60 --retry-delay 1 --retry-connrefused {address}"))[
            "ready"
        ]
        self._note(machine, "The power fails, and comes back", 0, begun)

    def elsewhere(self, old: Machine, new: Machine) -> None:
        """The backups, the copies of the keys and the stick are carried to another machine."""
        steps, (step,) = self.numbered(HOTLINE), page.of_section(self.text, ELSEWHERE)
        self.step(old, steps[9])
        old.type("systemctl stop repit.target")
        self.arrive(new)
        for number in (1, 2, 3):
            self.step(new, steps[number])
        for place in (_STICK, "var/backups/repit", "var/backups/repit-keys"):
            shutil.copytree(old.root / place, new.root / place, dirs_exist_ok=True)
        new.type("chown -R repit: /var/backups/repit /var/backups/repit-keys")
        self.own["NEWEST BACKUP"] = max(file.name for file in (old.root / "var/backups/repit").iterdir())
        assert _answer(self.step(new, step))["ready"]
        self.certificate(new)
        self.world.call("hotline.example", new)
        self.step(new, steps[7])


def _by_its_path(line: str) -> str:
    return re.sub(r"^repit ", "/opt/repit/bin/repit ", line)


def _answer(printed: str) -> dict[str, Any]:
    """The object in JSON that a service answered last."""
    return dict(json.loads([line for line in printed.splitlines() if line.startswith("{")][-1]))
