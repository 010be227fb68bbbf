"""The receipt: a public number and a secret, and the key that only the two together give.

In: what a person kept. Out: a case and the sealer of its links, or one refusal for every reason. Next:
`service`.

Argon2id (RFC 9106) with 19 MiB and two passes, the floor that OWASP sets: with a secret of 100 random bits
and a salt of its own for each case it is enough, and a weak phone or an old server bears it. Half of its
output is compared, the other half is the key; of the first half only a keyed digest is kept.
"""

import hmac
import secrets
import threading
from dataclasses import dataclass
from typing import Final

from argon2.low_level import Type, hash_secret_raw

from repit.cases.models import Case
from repit.foundation.errors import InputRefused, NotFound, Text
from repit.foundation.ids import is_case_number, normal
from repit.foundation.sealing import Place, Sealer, keyed_digest

SALT_BYTES: Final = 16
_MEMORY_KIB: Final = 19 * 1024
_PASSES: Final = 2
# Each derivation holds 19 MiB: a burst of guesses waits here and cannot take the memory of the machine.
_AT_ONCE: Final = threading.BoundedSemaphore(4)


@dataclass(frozen=True, slots=True, repr=False)
class Derived:
    """What a secret gives under a salt: 32 bytes to compare, 32 bytes to open with."""

    verifier: bytes
    key: bytes


def lookup(number: str) -> bytes:
    """By what a case is found."""
    return keyed_digest("case number", normal(number).encode())


def derive(secret: str, salt: bytes) -> Derived:
    """Slow on purpose: tens of milliseconds."""
    with _AT_ONCE:
        raw = hash_secret_raw(
            normal(secret).encode(),
            salt,
            time_cost=_PASSES,
            memory_cost=_MEMORY_KIB,
            parallelism=1,
            hash_len=64,
            type=Type.ID,
        )
    return Derived(keyed_digest("case secret", raw[:32]), raw[32:])


def new_salt() -> bytes:
    """Sixteen random bytes."""
    return secrets.token_bytes(SALT_BYTES)


def key_place(case_id: int) -> Place:
    """Where a case's sealed key stands."""
    return Place("cases_case", str(case_id), "sealed_key")


def enter(number: str, secret: str) -> tuple[Case, Sealer]:
    """The case of a receipt. Raises `NotFound`, the same for an unknown number and for a wrong secret.

    Both take the same time: an unknown number is derived with a salt that is made up, the same at each try.
    A number that was mistyped (its check digit tells, whatever cases exist) raises `InputRefused`.
    """
    if not is_case_number(number):
        raise InputRefused(
            Text(
                "This case number holds a typing error.", "Ce numéro de dossier contient une faute de frappe."
            ),
            Text("Compare it with your receipt.", "Comparez-le avec votre récépissé."),
        )
    case = Case.objects.filter(lookup=lookup(number)).first()
    made_up = keyed_digest("no case", normal(number).encode())
    derived = derive(secret, bytes(case.salt) if case else made_up[:SALT_BYTES])
    verifier = bytes(case.verifier) if case else made_up
    if not hmac.compare_digest(derived.verifier, verifier) or case is None:
        raise NotFound
    return case, Sealer(Sealer(derived.key).open(case.sealed_key, key_place(case.id)))
