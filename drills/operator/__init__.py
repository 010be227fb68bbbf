"""A hotline and a gate in production, by the operator's page alone, typed on new machines.

In: docs/en/operators.md. Out: 0 if every line did what the page says, within half an hour; the page
`docs/bench/operator.md`. Next: a reader; whoever changes the operator's page.

Each machine is a Debian 12 with nothing on it, started by systemd in namespaces of its own. What a person
adds to the page: the names and keys that it asks for, browsers, a certificate, the disks that are carried.
It wants root, Debian's archive and PyPI within reach, mmdebstrap, iproute2, iptables, Chromium.
"""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from drills.operator import machines, version
from drills.operator.authority import issue
from drills.operator.page import PAGE
from drills.operator.walk import NAMES, Took, Walk

HALF_AN_HOUR: Final = 1_800.0
KEPT: Final = Path(__file__).resolve().parents[2] / "var" / "machines"


def run(_minutes: float) -> int:
    """See the module's words."""
    if lacking := machines.missing():
        print(lacking)
        return 2
    archive = machines.debian(KEPT)
    with ExitStack() as held:
        folder = held.enter_context(_files())
        world = held.enter_context(machines.world(folder, archive))
        issued = issue(*NAMES)
        walk = Walk(
            PAGE.read_text("utf-8"),
            world,
            issued,
            str(shutil.which("chromium")),
            version.published(folder),
        )
        first, gate, third, second = (
            held.enter_context(world.machine(name, issued.authority))
            for name in ("hotline", "platform", "wheels", "elsewhere")
        )
        begun = time.monotonic()
        walk.hotline(first)
        receipt = walk.case(first)
        last = walk.platform(gate)
        walk.refused(gate, last)
        walk.wheels(third)
        walk.upgrade(first, folder)
        walk.power_cut(first, "http://127.0.0.1:8600/ready")
        walk.still_there(first, receipt)
        walk.power_cut(gate, "http://127.0.0.1:8700/ready")
        walk.wheels_upgraded(third)
        walk.elsewhere(first, second)
        walk.still_there(second, receipt)
        walk.refused(gate, last)
        seconds = time.monotonic() - begun
    return _reported(walk.took, seconds)


@contextmanager
def _files() -> Iterator[Path]:
    """A folder for the machines' files: a hundred thousand, which Python would remove in a minute or two."""
    folder = Path(tempfile.mkdtemp(prefix="repit-machines-"))
    try:
        yield folder
    finally:
        subprocess.run(["rm", "-rf", "--one-file-system", str(folder)], check=True)


def _reported(took: list[Took], seconds: float) -> int:
    from bench.common import Options, Report, Table, publish  # noqa: PLC0415 - the walk needs none of it

    report = Report(
        "operator",
        "In production, from the operator's page alone",
        "Every line of the page's sections for the hotline's machine, the platform's machine, an upgrade and"
        " another machine, typed as they stand, on machines with nothing on them but Debian 12, beside a"
        " person and three members of staff at browsers; then the lines of deploy.md (`wheels`). One after"
        " another, on one computer.",
    )
    report.compare("the whole walk", "min", seconds / 60, "what the page promises", HALF_AN_HOUR / 60)
    rows = [(each.machine, each.what, each.lines, round(each.seconds, 1)) for each in took]
    report.tables.append(Table("What each step took", ("machine", "step", "lines", "seconds"), rows))
    report.notes.append(
        "Not of the page: `outbound_allow` and `outbound_ca` in the gate's settings, since the network of"
        " these machines is private and the certificate's authority lived for this walk alone. Names are in"
        " `/etc/hosts` in place of the DNS."
    )
    publish(report, Options(), "make drill NAME=operator")
    return 0 if seconds <= HALF_AN_HOUR else 1
