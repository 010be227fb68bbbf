"""What goes wrong while it runs; where it is told, under which code, and what its answer must name.

In: ways to spoil a world. Out: faults. Next: `judged`, `pages`. Add what anybody met that was not said well.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from drills.faults.live.spoiling import (
    Spoil,
    behind,
    database_away,
    disk_full,
    gate_with_a_new_key,
    key_replaced,
    moved_away,
    nothing,
    other_key,
    password_changed,
    read_only,
    read_only_server,
    server_stopped,
    undelivered,
)
from drills.faults.live.world import Live, mail_server
from repit.foundation.errors import Text


class Meanwhile(Enum):
    """What those are answered who know nothing of it."""

    JUDGED = Text("uploads are judged with what it has", "les envois sont jugés avec ce qu'il a")
    UNRECORDED = Text(
        "uploads are refused as before; answers say `recorded: false`",
        "les envois sont refusés comme avant ; les réponses disent `recorded: false`",
    )
    TAKEN = Text("cases are taken in", "les dossiers sont reçus")
    REFUSED = Text("503, and the page keeps what was typed", "503, et la page garde ce qui a été écrit")


@dataclass(frozen=True, slots=True)
class LiveFault:
    """`at`: where it is told; `code`: of the finding there; `names`: must stand in it in either language.
    `restart`: takes what was mended into use, where that does not come by itself. `trouble`: what a gate
    says of its feed by then. `answered`: not /ready tells it, but the answer to whoever asks; `checked`:
    `repit check` names the same."""

    name: Text
    at: str
    spoil: Spoil
    code: str
    names: str
    meanwhile: Meanwhile
    restart: Callable[[Live], object] | None = None
    trouble: str = ""
    answered: bool = False
    checked: bool = False


GATE: Final = (
    LiveFault(
        Text("The hotline is away", "La plateforme d'aide est absente"),
        "gate",
        behind("away"),
        "feed-silent",
        "REPIT_GATE_FEED_URL",
        Meanwhile.JUDGED,
        trouble="peer-failed",
        checked=True,
    ),
    LiveFault(
        Text("A proxy in front of it fails (502)", "Un proxy devant elle est en échec (502)"),
        "gate",
        behind("failing"),
        "feed-silent",
        "REPIT_GATE_FEED_URL",
        Meanwhile.JUDGED,
        trouble="peer-failed",
        checked=True,
    ),
    LiveFault(
        Text("Its certificate is of an unknown authority", "Son certificat est d'une autorité inconnue"),
        "gate",
        behind("untrusted"),
        "feed-silent",
        "REPIT_OUTBOUND_CA",
        Meanwhile.JUDGED,
        trouble="peer-untrusted",
        checked=True,
    ),
    LiveFault(
        Text("Its certificate has expired", "Son certificat a expiré"),
        "gate",
        behind("expired"),
        "feed-silent",
        "timedatectl",
        Meanwhile.JUDGED,
        trouble="peer-expired",
        checked=True,
    ),
    LiveFault(
        Text("Its certificate is for another name", "Son certificat vaut pour un autre nom"),
        "gate",
        behind("misnamed"),
        "feed-silent",
        "REPIT_GATE_FEED_URL",
        Meanwhile.JUDGED,
        trouble="peer-misnamed",
        checked=True,
    ),
    LiveFault(
        Text("Another site answers in its place", "Un autre site répond à sa place"),
        "gate",
        behind("page"),
        "feed-silent",
        "REPIT_GATE_FEED_URL",
        Meanwhile.JUDGED,
        trouble="wire-refused",
        checked=True,
    ),
    LiveFault(
        Text(
            "A proxy passes on a name that it does not know",
            "Un proxy transmet un nom qu'elle ne connaît pas",
        ),
        "gate",
        behind("unnamed"),
        "feed-silent",
        "REPIT_ALLOWED_HOSTS",
        Meanwhile.JUDGED,
        trouble="feed-missing",
        checked=True,
    ),
    LiveFault(
        Text("Its clock is ten minutes ahead", "Son horloge avance de dix minutes"),
        "gate",
        behind("ahead"),
        "clock-off",
        "timedatectl",
        Meanwhile.JUDGED,
    ),
    LiveFault(
        Text("Its data folder can only be read", "Son dossier de données n'est accessible qu'en lecture"),
        "gate",
        read_only("gate"),
        "folder-not-writable",
        "/var/lib/repit",
        Meanwhile.UNRECORDED,
    ),
    LiveFault(
        Text("The hotline replaced its key", "La plateforme d'aide a remplacé sa clé"),
        "gate",
        key_replaced,
        "feed-silent",
        "REPIT_GATE_FEED_KEY",
        Meanwhile.JUDGED,
        gate_with_a_new_key,
        trouble="key-refused",
        checked=True,
    ),
)
HOTLINE: Final = (
    LiveFault(
        Text("Its disk is full", "Son disque est plein"),
        "hotline",
        disk_full,
        "disk-full",
        "/var/lib/repit",
        Meanwhile.REFUSED,
    ),
    LiveFault(
        Text("Its data folder can only be read", "Son dossier de données n'est accessible qu'en lecture"),
        "hotline",
        read_only("hotline"),
        "folder-not-writable",
        "/var/lib/repit",
        Meanwhile.REFUSED,
    ),
    LiveFault(
        Text("Its data folder is gone", "Son dossier de données a disparu"),
        "hotline",
        moved_away("hotline"),
        "folder-missing",
        "/var/lib/repit",
        Meanwhile.REFUSED,
    ),
    LiveFault(
        Text("The folder of the bank's keys is gone", "Le dossier des clés de la banque a disparu"),
        "hotline",
        moved_away("hotline", "bank-keys"),
        "bank-keys",
        "/var/lib/repit/bank-keys",
        Meanwhile.REFUSED,
    ),
    LiveFault(
        Text("The file of the operator's key is gone", "Le fichier de la clé d'exploitation a disparu"),
        "hotline",
        moved_away("hotline", "operator.key"),
        "operator-key-file",
        "/var/lib/repit/operator.key",
        Meanwhile.TAKEN,
    ),
    LiveFault(
        Text("Another key lies in its file", "Une autre clé se trouve dans son fichier"),
        "hotline",
        other_key,
        "operator-key-file",
        "1a2b-3c4d",
        Meanwhile.TAKEN,
    ),
    LiveFault(
        Text("The file of its database is gone", "Le fichier de sa base a disparu"),
        "hotline",
        database_away,
        "database-unavailable",
        "/var/lib/repit/hotline.sqlite3",
        Meanwhile.REFUSED,
    ),
    LiveFault(
        Text(
            "A proxy passes on a name that was not declared", "Un proxy transmet un nom qui n'est pas déclaré"
        ),
        "hotline",
        nothing,
        "host",
        "REPIT_ALLOWED_HOSTS",
        Meanwhile.TAKEN,
        answered=True,
    ),
    LiveFault(
        Text(
            "The mail server no longer takes the password",
            "Le serveur de courriel n'accepte plus le mot de passe",
        ),
        "hotline",
        undelivered(
            "mail",
            lambda live: setattr(live.mail.behaviour, "password", "another"),
            lambda live: setattr(live.mail.behaviour, "password", mail_server.PASSWORD),
        ),
        "news-not-delivered",
        "REPIT_SMTP_URL",
        Meanwhile.TAKEN,
    ),
    LiveFault(
        Text("The webhook answers 403", "Le webhook répond 403"),
        "hotline",
        undelivered(
            "webhook",
            lambda live: setattr(live.webhook, "status", 403),
            lambda live: setattr(live.webhook, "status", 204),
        ),
        "news-not-delivered",
        "REPIT_OPERATOR_WEBHOOK",
        Meanwhile.TAKEN,
    ),
)
POSTGRESQL: Final = (
    LiveFault(
        Text("PostgreSQL is stopped", "PostgreSQL est arrêté"),
        "hotline_on_postgresql",
        server_stopped,
        "database-unavailable",
        "systemctl",
        Meanwhile.REFUSED,
    ),
    LiveFault(
        Text("The password of its role is changed", "Le mot de passe de son rôle est changé"),
        "hotline_on_postgresql",
        password_changed,
        "database-unavailable",
        "REPIT_DATABASE_URL",
        Meanwhile.REFUSED,
    ),
    LiveFault(
        Text("The server takes no writes", "Le serveur ne prend aucune écriture"),
        "hotline_on_postgresql",
        read_only_server,
        "database-unavailable",
        "default_transaction_read_only",
        Meanwhile.REFUSED,
    ),
)
FAULTS: Final = (*GATE, *HOTLINE, *POSTGRESQL)
