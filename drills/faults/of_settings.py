"""Faults of settings, places and keys.

In: nothing. Out: `SETTINGS`, `KEYS`. Next: `known`.
"""

import secrets
from typing import Final

from drills.faults.spoiling import (
    LIST,
    START,
    Fault,
    both_forms,
    no_folder,
    nothing,
    only_a_folder,
    port_taken,
    somewhere_else,
    with_settings,
    without,
)
from repit.foundation.errors import Text

SETTINGS: Final = (
    Fault(
        Text("A setting misspelt", "Un réglage mal écrit"), with_settings(adress="x"), START, "REPIT_ADDRESS"
    ),
    Fault(
        Text("true instead of yes", "true au lieu de yes"), with_settings(https="true"), START, "REPIT_HTTPS"
    ),
    Fault(Text("Too few threads", "Trop peu de fils"), with_settings(threads="3"), START, "REPIT_THREADS"),
    Fault(
        Text("https:// in the allowed names", "https:// dans les noms permis"),
        with_settings(allowed_hosts="https://hotline.example"),
        START,
        "REPIT_ALLOWED_HOSTS",
    ),
    Fault(
        Text("An address without https://", "Une adresse sans https://"),
        with_settings(address="hotline.example"),
        START,
        "REPIT_ADDRESS",
    ),
    Fault(
        Text("A short secret key", "Une clé secrète courte"),
        with_settings(secret_key="short"),  # noqa: S106 - it is refused
        START,
        "REPIT_SECRET_KEY",
    ),
    Fault(
        Text("A peer without its port", "Un pair sans port"),
        with_settings(outbound_allow="localhost"),
        START,
        "REPIT_OUTBOUND_ALLOW",
    ),
    Fault(
        Text("A file of authorities that is not there", "Un fichier d'autorités absent"),
        with_settings(outbound_ca="/nowhere/ca.pem"),
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
        Text("repit.toml with a secret that everybody may read", "repit.toml : un secret lisible par tous"),
        lambda world: world.settings('role = "hotline"\nmetrics_key = "secret"\n', 0o644),
        START,
        "metrics_key",
    ),
    Fault(
        Text(
            "repit.toml with a password in an address that everybody may read",
            "repit.toml : un mot de passe dans une adresse, lisible par tous",
        ),
        lambda world: world.settings(
            'role = "hotline"\ndatabase_url = "postgresql://repit:secret@db/repit"\n', 0o644
        ),
        LIST,
        "chmod 640 /var/lib/repit/repit.toml",
    ),
    Fault(
        Text("A file that is named and not there", "Un fichier désigné mais absent"),
        with_settings(config="/nowhere/repit.toml"),
        START,
        "/nowhere/repit.toml",
    ),
    Fault(
        Text("A command in an empty place", "Une commande là où rien n'est installé"),
        somewhere_else,
        LIST,
        "repit init",
    ),
    Fault(
        Text("A hotline's command at a platform", "Une commande d'association sur un filtre"),
        nothing,
        LIST,
        "REPIT_CONFIG",
        "gate",
    ),
    Fault(
        Text("A data folder that is not there", "Un dossier de données absent"),
        with_settings(data="/nowhere/repit"),
        START,
        "/nowhere/repit",
    ),
    Fault(
        Text("A data folder that cannot be made", "Un dossier de données impossible à créer"),
        no_folder,
        ("init", "hotline"),
        "install -d",
    ),
    Fault(
        Text("`repit init` a second time", "`repit init` une seconde fois"),
        nothing,
        ("init", "hotline"),
        "--data",
    ),
    Fault(Text("A port that is in use", "Un port déjà pris"), port_taken, (), "--port"),
    Fault(
        Text("An address that is not this machine's", "Une adresse d'une autre machine"),
        nothing,
        ("hotline", "--host", "203.0.113.9", "--port", "8699"),
        "--host",
    ),
)

KEYS: Final = (
    Fault(
        Text("The operator's key is gone", "La clé d'exploitation a disparu"),
        without("operator.key"),
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
        Text("A key in two places", "Une clé à deux endroits"), both_forms, START, "REPIT_OPERATOR_KEY_FILE"
    ),
    Fault(
        Text("A file of the key that is not there", "Un fichier de clé absent"),
        with_settings(operator_key_file="/nowhere/operator.key"),
        START,
        "REPIT_OPERATOR_KEY_FILE",
    ),
    Fault(
        Text("A key that is not hexadecimal", "Une clé qui n'est pas en hexadécimal"),
        with_settings(operator_key="z" * 64),
        START,
        "REPIT_OPERATOR_KEY",
    ),
    Fault(
        Text("A backup before there is an offline key", "Une sauvegarde sans clé hors ligne"),
        nothing,
        ("backup", "/nowhere/monday"),
        "REPIT_OFFLINE_KEY",
    ),
    Fault(
        Text("A backup put back where no installation was made", "Une restauration sans installation"),
        only_a_folder,
        ("restore", "/backups/monday", "--offline-key", "/media/stick/offline-key"),
        "--operator-key-file",
    ),
)
