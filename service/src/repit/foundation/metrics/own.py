"""What every process of this house tells of itself.

In: the version, loops, disks, clocks, the database, rows that wait. Out: sources of figures. Next:
each wing registers them as Django starts.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.apps import apps
from django.db import connection
from django.db.models import Min, Q

from repit import __version__
from repit.foundation.backups.last import last_backup
from repit.foundation.clock import now
from repit.foundation.health import clocks, disk
from repit.foundation.health.findings import Health
from repit.foundation.jobs.claims import Claimable
from repit.foundation.jobs.rounds import LoopStatus, loop_statuses
from repit.foundation.metrics.figures import Figure, Figures, plain
from repit.foundation.metrics.requests import REQUESTS

ROUNDED_TO: Final = 16 * 1024**2
"""Bytes: a disk and a database are told so roughly that no single row shows in them."""
LATE: Final = timedelta(minutes=10)


def register(figures: Figures, health: Health, role: str, places: disk.Places) -> None:
    """Register everything that is the same in each wing."""
    figures.register("version", lambda: [_version(role)])
    figures.register("health", lambda: _health(health))
    figures.register("requests", REQUESTS.figures)
    figures.register("loops", _loops)
    figures.register("disk", lambda: _disk(places))
    figures.register("database", _database)
    figures.register("clock", _clocks)
    figures.register("rows", _rows)


def backup() -> Iterable[Figure]:
    """A source for those wings that are backed up."""
    last = last_backup()
    if last is not None:
        about = "Seconds since the last good backup was made."
        yield plain("repit_backup_age_seconds", about, max(0.0, (now() - last).total_seconds()))


def _version(role: str) -> Figure:
    return Figure("repit_build_info", "Which version runs.", {(__version__, role): 1.0}, ("version", "role"))


def _health(health: Health) -> Iterable[Figure]:
    found = health.lately()
    yield plain(
        "repit_ready", "Whether people and subscribers are served rightly, as /ready says.", found.ready
    )
    codes = {(finding.code, "problem" if finding.grave else "warning"): 1.0 for finding in found.all}
    yield Figure(
        "repit_finding",
        "What /ready names: problems and warnings, by their code.",
        codes,
        ("code", "kind"),
    )


def _loops() -> Iterable[Figure]:
    """Threads of one loop are told apart by their number (`storage-queue-3`)."""
    found = loop_statuses()
    yield _of_loops("since_round_seconds", "Seconds since it last came round.", found, "since_seconds")
    yield _of_loops("failures", "Turns in a row that failed.", found, "failures")
    yield _of_loops("alive", "Whether its thread lives.", found, "alive")
    yield _of_loops("late", "Whether it should have come round by now.", found, "late")


def _of_loops(name: str, about: str, found: Iterable[LoopStatus], field: str) -> Figure:
    values = {loop_status.name: float(getattr(loop_status, field)) for loop_status in found}
    return Figure(f"repit_loop_{name}", about, values, ("loop",))


def _disk(places: disk.Places) -> Iterable[Figure]:
    rooms = disk.rooms([*disk.places(), *places()])
    free = {str(room.path): float(room.free // ROUNDED_TO * ROUNDED_TO) for room in rooms}
    yield Figure("repit_disk_free_bytes", "Bytes left on a disk that is written to.", free, ("folder",))
    sizes = {str(room.path): float(room.size) for room in rooms}
    yield Figure("repit_disk_size_bytes", "Bytes that the disk has in all.", sizes, ("folder",))
    files = {str(room.path): float(room.inodes) for room in rooms if room.inodes is not None}
    yield Figure("repit_disk_inodes_free", "Files that can still be made on it.", files, ("folder",))


def _database() -> Iterable[Figure]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
        else:
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        [size] = cursor.fetchone()
    rounded = float(-(-size // ROUNDED_TO) * ROUNDED_TO)
    yield plain("repit_database_size_bytes", "Size of the database.", rounded)


def _clocks() -> Iterable[Figure]:
    ahead = {name: round(seconds, 1) for name, seconds in clocks.offsets().items()}
    about = "Seconds by which this machine's clock is ahead of another; below zero, behind."
    yield Figure("repit_clock_ahead_seconds", about, ahead, ("clock",))


def _rows() -> Iterable[Figure]:
    """Of every table whose rows wait for a worker."""
    moment = now()
    due, overdue = dict[str, float](), dict[str, float]()
    for model in apps.get_models():
        if issubclass(model, Claimable):
            label = model._meta.label_lower
            waiting = model._default_manager.filter(due_at__lte=moment)
            free = waiting.filter(Q(claimed_until__isnull=True) | Q(claimed_until__lte=moment))
            due[label] = float(waiting.count())
            oldest = free.filter(due_at__lte=moment - LATE).aggregate(oldest=Min("due_at"))["oldest"]
            overdue[label] = 0.0 if oldest is None else (moment - oldest).total_seconds()
    yield Figure("repit_rows_due", "Rows that wait for a worker.", due, ("table",))
    about = "Seconds for which the oldest of them has waited, where that is more than ten minutes."
    yield Figure("repit_rows_overdue_seconds", about, overdue, ("table",))
