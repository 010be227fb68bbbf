"""Faults of the database, of a gate, and names that there are not.

In: nothing. Out: `DATABASES`, `GATES`, `WORDS`. Next: `known`.
"""

from typing import Final

from drills.faults.spoiling import (
    GATE,
    START,
    Fault,
    at_postgresql,
    damaged_database,
    in_database,
    nothing,
    of_another_program,
    with_file,
    with_settings,
    without,
)
from repit.foundation.errors import Text

DATABASES: Final = (
    Fault(
        Text("The address of another kind of database", "L'adresse d'un autre type de base"),
        with_settings(database_url="mysql://repit:secret@db/repit"),
        START,
        "REPIT_DATABASE_URL",
    ),
    Fault(
        Text("The database is gone", "La base a disparu"),
        without("hotline.sqlite3"),
        START,
        "REPIT_DATABASE_URL",
    ),
    Fault(
        Text("The database of another program", "La base d'un autre programme"),
        of_another_program,
        START,
        "/var/lib/repit/other.sqlite3",
    ),
    Fault(
        Text("A file that is no database", "Un fichier qui n'est pas une base"),
        damaged_database,
        START,
        "repit restore",
    ),
    Fault(
        Text("A database of an earlier version", "Une base d'une version antérieure"),
        in_database("DELETE FROM django_migrations WHERE app = 'foundation' AND name = '0002_installation'"),
        START,
        "repit migrate",
    ),
    Fault(
        Text(
            "A database that another version has brought into form",
            "Une base mise en forme par une autre version",
        ),
        in_database("UPDATE foundation_installation SET version = '9.9.9'"),
        START,
        "9.9.9",
    ),
    Fault(
        Text("A database of a later version", "Une base d'une version ultérieure"),
        in_database(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('bank', '0999_later', '2027-01-01')"
        ),
        ("migrate",),
        "repit migrate",
    ),
    Fault(
        Text("No server at that port", "Aucun serveur à ce port"),
        with_settings(database_url="postgresql://repit:secret@127.0.0.1:1/repit"),
        START,
        "REPIT_DATABASE_URL",
    ),
    Fault(
        Text("A wrong password, with a slash in it", "Un mauvais mot de passe, avec une barre"),
        at_postgresql(lambda url: url.replace("://postgres:", "://locked:sec/ret")),
        START,
        "REPIT_DATABASE_URL",
        needs="postgresql",
    ),
    Fault(
        Text("A database that the server has not", "Une base que le serveur n'a pas"),
        at_postgresql(lambda url: url.replace("/postgres?", "/nothing?")),
        START,
        "createdb",
        needs="postgresql",
    ),
    Fault(
        Text("An empty database on the server", "Une base vide sur le serveur"),
        at_postgresql(lambda url: url.replace("/postgres?", "/empty?")),
        START,
        "repit init",
        needs="postgresql",
    ),
)

GATES: Final = (
    Fault(
        Text("A feed without its key", "Un flux sans sa clé"),
        with_settings(gate_feed_url="https://hotline.example"),
        GATE,
        "REPIT_GATE_FEED_KEY",
        "gate",
    ),
    Fault(
        Text("A feed's address with a path", "Une adresse de flux avec un chemin"),
        with_settings(gate_feed_url="https://hotline.example/feed", gate_feed_key="x"),
        GATE,
        "REPIT_GATE_FEED_URL",
        "gate",
    ),
    Fault(
        Text("Open to others, without keys", "Ouvert à d'autres, sans clés"),
        nothing,
        ("gate", "--host", "0.0.0.0", "--port", "8699"),  # noqa: S104 - it must be refused
        "REPIT_GATE_KEYS",
        "gate",
    ),
    Fault(
        Text("A short key", "Une clé courte"),
        with_settings(gate_keys="secret"),
        GATE,
        "REPIT_GATE_KEYS",
        "gate",
    ),
    Fault(
        Text("A policy that is not there", "Une politique absente"),
        with_settings(gate_policy="/nowhere/policy.toml"),
        GATE,
        "/nowhere/policy.toml",
        "gate",
    ),
    Fault(
        Text("A policy with a rule misspelt", "Une politique avec une règle mal écrite"),
        with_file("policy.toml", "[[rule]]\nnme = 'x'\n", "REPIT_GATE_POLICY"),
        GATE,
        "policy.md",
        "gate",
    ),
    Fault(
        Text("Media to be fetched from nowhere", "Des médias à chercher nulle part"),
        with_settings(review_media="fetch"),
        GATE,
        "REPIT_REVIEW_FETCH_URL",
        "gate",
    ),
    Fault(
        Text("Object storage without credentials", "Un stockage sans identifiants"),
        with_settings(gate_s3_url="https://s3.example"),
        GATE,
        "REPIT_GATE_S3",
        "gate",
    ),
    Fault(
        Text("clamd at a port without a host", "clamd à un port sans hôte"),
        with_settings(gate_clamd="3310"),
        GATE,
        "REPIT_GATE_CLAMD",
        "gate",
    ),
    Fault(
        Text("Mastodon without its secret", "Mastodon sans son secret"),
        with_settings(mastodon_url="https://social.example"),
        GATE,
        "REPIT_MASTODON",
        "gate",
    ),
)

WORDS: Final = (
    Fault(
        Text("A role that there is not", "Un rôle qui n'existe pas"),
        nothing,
        ("staff", "add", "Ana", "--role", "boss"),
        "supervisor",
    ),
    Fault(
        Text("An item that there is not", "Un élément qui n'existe pas"),
        nothing,
        ("bank", "withdraw", "nothing", "--reason", "x"),
        "repit bank",
    ),
    Fault(
        Text("A subscriber that there is not", "Un abonné qui n'existe pas"),
        nothing,
        ("subscriber", "rotate", "nobody"),
        "repit subscriber list",
    ),
    Fault(
        Text("An exchange of an unknown kind", "Un échange d'un type inconnu"),
        nothing,
        ("exchange", "add", "carrier-pigeon", "name"),
        "stopncii",
    ),
    Fault(
        Text("A member that there is not", "Un membre qui n'existe pas"),
        nothing,
        ("staff", "close", "nobody"),
        "repit staff list",
    ),
)
