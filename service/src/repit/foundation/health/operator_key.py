"""Whether the operator's key still lies where the next start will look for it.

In: its file, the key that this process holds. Out: a finding. Next: both wings register it.

A process reads the key once, so that a lost or exchanged file is met only by the next start, perhaps months
later, when nobody remembers what became of it.
"""

import hmac
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from repit.foundation import installation
from repit.foundation.errors import Text
from repit.foundation.health.findings import Finding


def check() -> Iterator[Finding]:
    """Of a key that stands in a file."""
    path: Path | None = settings.REPIT_OPERATOR_KEY_KEPT
    if path is None:
        return
    try:
        there = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        yield Finding("operator-key-file", _unreadable(path), _put_back(), grave=False)
        return
    if not hmac.compare_digest(there, settings.REPIT_OPERATOR_KEY):
        yield Finding("operator-key-file", _another(path), _put_back(), grave=False)


def _unreadable(path: Path) -> Text:
    return Text(
        f"The operator’s key cannot be read any more in {path}.",
        f"La clé d’exploitation n’est plus lisible dans {path}.",
    )


def _another(path: Path) -> Text:
    return Text(
        f"In {path} lies another key than the one in use.",
        f"Dans {path} se trouve une autre clé que celle en service.",
    )


def _put_back() -> Text:
    known = installation.fingerprint()
    return Text(
        f"The service goes on with the key that it read as it started; the next start will be refused. Put"
        f" back the copy of the key with the fingerprint {known} now (`chmod 600`).",
        f"Le service continue avec la clé lue à son démarrage ; le prochain démarrage sera refusé. Remettez"
        f" dès maintenant la copie de la clé dont l’empreinte est {known} (`chmod 600`).",
    )
