"""What operators mistype, lose, forget; and what its answer must name.

In: a world to spoil. Out: the command that is typed then. Next: `pages`. Add what anybody met that was not
said well.
"""

import secrets
import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drills.faults.world import World
from repit.foundation.errors import Text

START: Final = ("hotline", "--port", "8699")
GATE: Final = ("gate", "--port", "8699")
LIST: Final = ("subscriber", "list")


@dataclass(frozen=True, slots=True)
class Fault:
    """`name`: what was done; `spoil`: does it; `words`: what is typed then; `names`: must stand in the answer
    in either language; `needs`: `postgresql`, or nothing."""

    name: Text
    spoil: Callable[[World], object]
    words: tuple[str, ...]
    names: str
    role: str = "hotline"
    needs: str = ""


def _set(**settings: str) -> Callable[[World], object]:
    return lambda world: world.environ.update(
        {f"REPIT_{name.upper()}": value for name, value in settings.items()}
    )


def _database(statement: str) -> Callable[[World], object]:
    def spoil(world: World) -> None:
        with closing(sqlite3.connect(world.data / f"{world.role}.sqlite3")) as base, base:
            base.execute(statement)

    return spoil


def _gone(name: str) -> Callable[[World], object]:
    def spoil(world: World) -> None:
        path = world.data / name
        path.rename(world.data.parent / f"moved-{path.name}")

    return spoil


def _postgresql(change: Callable[[str], str]) -> Callable[[World], object]:
    return lambda world: world.environ.update({"REPIT_DATABASE_URL": change(world.postgresql)})


def _busy(world: World) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    world.held.append(listening)  # type: ignore[arg-type] - closed with the others
    world.words = ("hotline", "--port", str(listening.getsockname()[1]))


def _of_another_program(world: World) -> None:
    other = world.data / "other.sqlite3"
    with closing(sqlite3.connect(other)) as base, base:
        base.execute("CREATE TABLE posts (id)")
    world.environ["REPIT_DATABASE_URL"] = f"sqlite:///{other}"


def _no_folder(world: World) -> None:
    world.environ["REPIT_DATA"] = str(world.data / "repit.toml" / "data")


def _both_forms(world: World) -> None:
    file = world.file("key", secrets.token_hex(32))
    world.environ |= {"REPIT_OPERATOR_KEY": secrets.token_hex(32), "REPIT_OPERATOR_KEY_FILE": str(file)}


def _damaged_database(world: World) -> None:
    (world.data / "hotline.sqlite3").write_bytes(secrets.token_bytes(65_536))


def _file(name: str, text: str, setting: str) -> Callable[[World], object]:
    def spoil(world: World) -> None:
        world.environ[setting] = str(world.file(name, text))

    return spoil


def _nothing(_: World) -> None:
    """What is typed is wrong by itself."""


def _somewhere_else(world: World) -> None:
    del world.environ["REPIT_DATA"]


SETTINGS: Final = (
    Fault(Text("A setting misspelt", "Un réglage mal écrit"), _set(adress="x"), START, "REPIT_ADDRESS"),
    Fault(Text("true instead of yes", "true au lieu de yes"), _set(https="true"), START, "REPIT_HTTPS"),
    Fault(Text("Too few threads", "Trop peu de fils"), _set(threads="3"), START, "REPIT_THREADS"),
    Fault(
        Text("https:// in the allowed names", "https:// dans les noms permis"),
        _set(allowed_hosts="https://hotline.example"),
        START,
        "REPIT_ALLOWED_HOSTS",
    ),
    Fault(
        Text("An address without https://", "Une adresse sans https://"),
        _set(address="hotline.example"),
        START,
        "REPIT_ADDRESS",
    ),
    Fault(
        Text("A short secret key", "Une clé secrète courte"),
        _set(secret_key="short"),  # noqa: S106 - it is refused
        START,
        "REPIT_SECRET_KEY",
    ),
    Fault(
        Text("A peer without its port", "Un pair sans port"),
        _set(outbound_allow="localhost"),
        START,
        "REPIT_OUTBOUND_ALLOW",
    ),
    Fault(
        Text("A file of authorities that is not there", "Un fichier d'autorités absent"),
        _set(outbound_ca="/nowhere/ca.pem"),
        START,
        "REPIT_OUTBOUND_CA",
    ),
    Fault(
        Text("repit.toml with a setting misspelt", "repit.toml : un réglage mal écrit"),
        lambda world: world.settings('role = "hotline"\nadress = "https://hotline.example"\n'),
        START,
        "address",
    ),
    Fault(
        Text("repit.toml that is not TOML", "repit.toml qui n'est pas du TOML"),
        lambda world: world.settings("role = hotline\n"),
        START,
        "repit.toml",
    ),
    Fault(
        Text("repit.toml that everybody may write to", "repit.toml modifiable par tous"),
        lambda world: world.settings('role = "hotline"\n', 0o666),
        START,
        "chmod go-w",
    ),
    Fault(
        Text("A file that is named and not there", "Un fichier désigné mais absent"),
        _set(config="/nowhere/repit.toml"),
        START,
        "/nowhere/repit.toml",
    ),
    Fault(
        Text("A command in an empty place", "Une commande là où rien n'est installé"),
        _somewhere_else,
        LIST,
        "repit init",
    ),
    Fault(
        Text("A hotline's command at a platform", "Une commande d'association sur un filtre"),
        _nothing,
        LIST,
        "REPIT_CONFIG",
        "gate",
    ),
    Fault(
        Text("A data folder that is not there", "Un dossier de données absent"),
        _set(data="/nowhere/repit"),
        START,
        "/nowhere/repit",
    ),
    Fault(
        Text("A data folder that cannot be made", "Un dossier de données impossible à créer"),
        _no_folder,
        ("init", "hotline"),
        "install -d",
    ),
    Fault(
        Text("`repit init` a second time", "`repit init` une seconde fois"),
        _nothing,
        ("init", "hotline"),
        "--data",
    ),
    Fault(Text("A port that is in use", "Un port déjà pris"), _busy, (), "--port"),
    Fault(
        Text("An address that is not this machine's", "Une adresse d'une autre machine"),
        _nothing,
        ("hotline", "--host", "203.0.113.9", "--port", "8699"),
        "--host",
    ),
)

KEYS: Final = (
    Fault(
        Text("The operator's key is gone", "La clé d'exploitation a disparu"),
        _gone("operator.key"),
        START,
        "REPIT_OPERATOR_KEY_FILE",
    ),
    Fault(
        Text("Another operator's key", "Une autre clé d'exploitation"),
        lambda world: world.file("operator.key", secrets.token_hex(32)),
        START,
        "1a2b-3c4d",
    ),
    Fault(
        Text("A key of which a part is missing", "Une clé tronquée"),
        lambda world: world.file("operator.key", "abcd"),
        START,
        "chmod 600",
    ),
    Fault(
        Text("A key that everybody may read", "Une clé lisible par tous"),
        lambda world: (world.data / "operator.key").chmod(0o644),
        START,
        "chmod 600",
    ),
    Fault(
        Text("A key in two places", "Une clé à deux endroits"), _both_forms, START, "REPIT_OPERATOR_KEY_FILE"
    ),
    Fault(
        Text("A file of the key that is not there", "Un fichier de clé absent"),
        _set(operator_key_file="/nowhere/operator.key"),
        START,
        "REPIT_OPERATOR_KEY_FILE",
    ),
    Fault(
        Text("A key that is not hexadecimal", "Une clé qui n'est pas en hexadécimal"),
        _set(operator_key="z" * 64),
        START,
        "REPIT_OPERATOR_KEY",
    ),
    Fault(
        Text("A backup before there is an offline key", "Une sauvegarde sans clé hors ligne"),
        _nothing,
        ("backup", "/nowhere/monday"),
        "REPIT_OFFLINE_KEY",
    ),
)

DATABASES: Final = (
    Fault(
        Text("The address of another kind of database", "L'adresse d'un autre type de base"),
        _set(database_url="mysql://repit:secret@db/repit"),
        START,
        "REPIT_DATABASE_URL",
    ),
    Fault(
        Text("The database is gone", "La base a disparu"),
        _gone("hotline.sqlite3"),
        START,
        "REPIT_DATABASE_URL",
    ),
    Fault(
        Text("The database of another program", "La base d'un autre programme"),
        _of_another_program,
        START,
        "/var/lib/repit/other.sqlite3",
    ),
    Fault(
        Text("A file that is no database", "Un fichier qui n'est pas une base"),
        _damaged_database,
        START,
        "repit restore",
    ),
    Fault(
        Text("A database of an earlier version", "Une base d'une version antérieure"),
        _database("DELETE FROM django_migrations WHERE app = 'foundation' AND name = '0002_installation'"),
        START,
        "repit migrate",
    ),
    Fault(
        Text(
            "A database that another version has brought into form",
            "Une base mise en forme par une autre version",
        ),
        _database("UPDATE foundation_installation SET version = '9.9.9'"),
        START,
        "9.9.9",
    ),
    Fault(
        Text("A database of a later version", "Une base d'une version ultérieure"),
        _database(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('bank', '0999_later', '2027-01-01')"
        ),
        ("migrate",),
        "repit migrate",
    ),
    Fault(
        Text("No server at that port", "Aucun serveur à ce port"),
        _set(database_url="postgresql://repit:secret@127.0.0.1:1/repit"),
        START,
        "REPIT_DATABASE_URL",
    ),
    Fault(
        Text("A wrong password, with a slash in it", "Un mauvais mot de passe, avec une barre"),
        _postgresql(lambda url: url.replace("://postgres:", "://locked:sec/ret")),
        START,
        "REPIT_DATABASE_URL",
        needs="postgresql",
    ),
    Fault(
        Text("A database that the server has not", "Une base que le serveur n'a pas"),
        _postgresql(lambda url: url.replace("/postgres?", "/nothing?")),
        START,
        "createdb",
        needs="postgresql",
    ),
    Fault(
        Text("An empty database on the server", "Une base vide sur le serveur"),
        _postgresql(lambda url: url.replace("/postgres?", "/empty?")),
        START,
        "repit init",
        needs="postgresql",
    ),
)

GATES: Final = (
    Fault(
        Text("A feed without its key", "Un flux sans sa clé"),
        _set(gate_feed_url="https://hotline.example"),
        GATE,
        "REPIT_GATE_FEED_KEY",
        "gate",
    ),
    Fault(
        Text("A feed's address with a path", "Une adresse de flux avec un chemin"),
        _set(gate_feed_url="https://hotline.example/feed", gate_feed_key="x"),
        GATE,
        "REPIT_GATE_FEED_URL",
        "gate",
    ),
    Fault(
        Text("Open to others, without keys", "Ouvert à d'autres, sans clés"),
        _nothing,
        ("gate", "--host", "0.0.0.0", "--port", "8699"),  # noqa: S104 - it must be refused
        "REPIT_GATE_KEYS",
        "gate",
    ),
    Fault(Text("A short key", "Une clé courte"), _set(gate_keys="secret"), GATE, "REPIT_GATE_KEYS", "gate"),
    Fault(
        Text("A policy that is not there", "Une politique absente"),
        _set(gate_policy="/nowhere/policy.toml"),
        GATE,
        "/nowhere/policy.toml",
        "gate",
    ),
    Fault(
        Text("A policy with a rule misspelt", "Une politique avec une règle mal écrite"),
        _file("policy.toml", "[[rule]]\nnme = 'x'\n", "REPIT_GATE_POLICY"),
        GATE,
        "policy.md",
        "gate",
    ),
    Fault(
        Text("Media to be fetched from nowhere", "Des médias à chercher nulle part"),
        _set(review_media="fetch"),
        GATE,
        "REPIT_REVIEW_FETCH_URL",
        "gate",
    ),
    Fault(
        Text("Object storage without credentials", "Un stockage sans identifiants"),
        _set(gate_s3_url="https://s3.example"),
        GATE,
        "REPIT_GATE_S3",
        "gate",
    ),
    Fault(
        Text("clamd at a port without a host", "clamd à un port sans hôte"),
        _set(gate_clamd="3310"),
        GATE,
        "REPIT_GATE_CLAMD",
        "gate",
    ),
    Fault(
        Text("Mastodon without its secret", "Mastodon sans son secret"),
        _set(mastodon_url="https://social.example"),
        GATE,
        "REPIT_MASTODON",
        "gate",
    ),
)

WORDS: Final = (
    Fault(
        Text("A role that there is not", "Un rôle qui n'existe pas"),
        _nothing,
        ("staff", "add", "Ana", "--role", "boss"),
        "supervisor",
    ),
    Fault(
        Text("An item that there is not", "Un élément qui n'existe pas"),
        _nothing,
        ("bank", "withdraw", "nothing", "--reason", "x"),
        "repit bank",
    ),
    Fault(
        Text("A subscriber that there is not", "Un abonné qui n'existe pas"),
        _nothing,
        ("subscriber", "rotate", "nobody"),
        "repit subscriber list",
    ),
    Fault(
        Text("An exchange of an unknown kind", "Un échange d'un type inconnu"),
        _nothing,
        ("exchange", "add", "carrier-pigeon", "name"),
        "stopncii",
    ),
    Fault(
        Text("A member that there is not", "Un membre qui n'existe pas"),
        _nothing,
        ("staff", "close", "nobody"),
        "repit staff list",
    ),
)

FAULTS: Final = (*SETTINGS, *KEYS, *DATABASES, *GATES, *WORDS)


def locked_out(hba: Path) -> None:
    """Let the server ask one role for a password."""
    hba.write_text("local all locked scram-sha-256\nhost all locked all scram-sha-256\n" + hba.read_text())
