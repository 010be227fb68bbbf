"""What a database knows of its installation: its key, its role, its version.

In: the operator's key, a role. Out: one row; a refusal where something else is met than what stands there.
Next: `foundation.process.starting`, before anything is read or written; `/ready`.

The row holds a key check value (a digest of the row's own identity under the operator's key) and a
fingerprint of the key for people, so that a wrong key is told from a damaged database, and the message can
say which copy is wanted. Neither helps to find the key, which is 256 random bits.
"""

import hmac
import secrets
from typing import Final

from repit import __version__
from repit.foundation import audit
from repit.foundation.clock import day
from repit.foundation.errors import SettingsRefused, Text
from repit.foundation.models import Installation
from repit.foundation.sealing import keyed_digest

_PUT_BACK: Final = Text(
    "Put back the copy of operator.key that was made with this database, or name it in"
    " REPIT_OPERATOR_KEY_FILE. Nothing was changed.",
    "Remettez la copie d’operator.key faite avec cette base, ou donnez-la dans REPIT_OPERATOR_KEY_FILE. Rien"
    " n’a été modifié.",
)


def fingerprint() -> str:
    """Eight digits by which people tell one operator's key from another, as `1a2b-3c4d`."""
    digits = keyed_digest("fingerprint of the operator's key").hex()
    return f"{digits[:4]}-{digits[4:8]}"


def begin(role: str) -> None:
    """Write the row of a new installation."""
    identity = secrets.token_hex(16)
    Installation.objects.create(
        pk=1,
        identity=identity,
        role=role,
        key_check=_key_check(identity),
        fingerprint=fingerprint(),
        version=__version__,
        made_on=day().date(),
    )


def found() -> Installation | None:
    """The row; None in a database from before there was one."""
    return Installation.objects.filter(pk=1).first()


def prove() -> None:
    """Raise `SettingsRefused` unless the operator's key is the one that this database was made with."""
    row = found()
    if row is None or not hmac.compare_digest(bytes(row.key_check), _key_check(row.identity)):
        raise _wrong_key(row)


def adopt(role: str) -> None:
    """Write the row of a database from before there was one, if its audit chain says that this is its key.
    Raises `SettingsRefused`."""
    if not audit.is_ours():
        raise _wrong_key(None)
    begin(role)


def stamp() -> None:
    """Note that this version brought the database into its form."""
    Installation.objects.filter(pk=1).update(version=__version__)


def _key_check(identity: str) -> bytes:
    return keyed_digest("key check value", identity.encode())


def _wrong_key(row: Installation | None) -> SettingsRefused:
    wanted = (
        Text(f"; its fingerprint is {row.fingerprint}", f" ; son empreinte est {row.fingerprint}")
        if row
        else Text("", "")
    )
    given = fingerprint()
    return SettingsRefused(
        Text(
            f"The operator’s key ({given}) is not the one that belongs to this database{wanted.en}.",
            f"La clé d’exploitation ({given}) n’est pas celle de cette base{wanted.fr}.",
        ),
        _PUT_BACK,
    )
