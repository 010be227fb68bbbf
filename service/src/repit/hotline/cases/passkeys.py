"""A caseworker's keys under a secret that their passkey derives, beside their passphrase.

In: 32 bytes that a passkey makes out of our salt (WebAuthn Level 3, the `prf` extension: an HMAC under a key
that never leaves the authenticator). Out: the caseworker's `Holder`. Next: the desk.

The secret is random, so nothing stretches it. The salt differs from account to account and from hotline to
hotline, and is not secret. New keys (`caseworkers.rotate`) take the passkeys away: they are added again.
"""

import hashlib
import hmac
from typing import Final

from django.db import transaction

from repit.foundation import audit
from repit.foundation.errors import InputRefused, NotFound, Text
from repit.foundation.ids import random_key
from repit.foundation.sealing import KEY_BYTES, Place, Sealer, keyed_digest, operator
from repit.hotline.cases import caseworkers, keys
from repit.hotline.cases.grants import Holder
from repit.hotline.cases.keys import Stretched
from repit.hotline.cases.models import Caseworker, KeyPasskey

MAX_PASSKEYS: Final = 10
_USE: Final = "caseworker passkey"


def salt_of(who: str) -> bytes:
    """What an account's passkeys derive from."""
    return keyed_digest("passkey salt", who.encode())


def add(holder: Holder, secret: bytes) -> None:
    """Let a passkey open these keys from now on. Raises `InputRefused`."""
    derived = _derived(secret)
    with transaction.atomic():
        Caseworker.objects.select_for_update().get(pk=holder.id)
        held = KeyPasskey.objects.filter(caseworker_id=holder.id)
        if held.filter(verifier=derived.verifier).exists():
            return
        if held.count() >= MAX_PASSKEYS:
            raise InputRefused(
                Text("You have ten passkeys already.", "Vous avez déjà dix clés d’accès."),
                Text("Take them away first.", "Retirez-les d’abord."),
            )
        row = KeyPasskey(id=random_key(), caseworker_id=holder.id, verifier=derived.verifier)
        place = _place(row)
        row.sealed = operator(_USE).seal(Sealer(derived.key).seal(holder.pair.private, place), place)
        row.save(force_insert=True)
        audit.record(holder.who, "caseworker.passkey", holder.who)


def unlock(who: str, secret: bytes) -> Holder:
    """The keys of a member of staff. Raises `NotFound`, whatever does not fit."""
    derived = _derived(secret)
    named = caseworkers.named(who)
    for row in KeyPasskey.objects.filter(caseworker_id=named.id):
        if hmac.compare_digest(bytes(row.verifier), derived.verifier):
            place = _place(row)
            pair = keys.pair_of(Sealer(derived.key).open(operator(_USE).open(row.sealed, place), place))
            if hmac.compare_digest(pair.public, named.public):
                return Holder("caseworker", named.id, pair, who)
    raise NotFound


def count(who: str) -> int:
    """How many passkeys open someone's keys."""
    return KeyPasskey.objects.filter(caseworker__who=who).count()


def remove_all(holder: Holder) -> None:
    """No passkey opens these keys any more; the passphrase does."""
    with transaction.atomic():
        KeyPasskey.objects.filter(caseworker_id=holder.id).delete()
        audit.record(holder.who, "caseworker.passkeys-removed", holder.who)


def _derived(secret: bytes) -> Stretched:
    if len(secret) != KEY_BYTES:
        raise InputRefused(
            Text("The passkey gave no secret.", "La clé d’accès n’a pas donné de secret."),
            Text("Use your passphrase.", "Utilisez votre phrase de passe."),
        )
    raw = hashlib.blake2b(secret, person=b"repit passkey", digest_size=64).digest()
    return Stretched(keyed_digest("case secret", raw[:32]), raw[32:])


def _place(row: KeyPasskey) -> Place:
    return Place("cases_keypasskey", f"{row.id}/{row.caseworker_id}", "sealed")
