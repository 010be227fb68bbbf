"""A caseworker's keys while they work: unlocked once, kept for one sign-in.

In: a `Holder`, a secret that only the caseworker's browser brings (the key of their session). Out: a sealed
text that the session may hold; the `Holder` again for whoever brings the same secret. Next: the desk.

The text is sealed under the secret and under the operator's key, with the account as its place. A copy of the
database, even with the operator's key, opens nothing, because the secret is in the browser and in memory
only. Keys that were renewed or taken away since do not come back.
"""

import base64
import hmac
import json
from typing import Final

from repit.foundation.errors import NotFound, SealBroken
from repit.foundation.sealing import Place, Sealer, keyed_digest, operator
from repit.hotline.cases import caseworkers, keys
from repit.hotline.cases.grants import Holder

_USE: Final = "unlocked keys"
_LENGTH: Final = 256


def sealed(holder: Holder, secret: str) -> str:
    """What the session keeps."""
    value = json.dumps([holder.id, holder.pair.private.hex()]).encode().ljust(_LENGTH)
    place = _place(holder.who)
    return base64.b64encode(operator(_USE).seal(Sealer(_key(secret)).seal(value, place), place)).decode()


def again(kept: str, secret: str, who: str) -> Holder:
    """The keys, while they are still those of that account. Raises `NotFound`."""
    place = _place(who)
    try:
        inner = operator(_USE).open(base64.b64decode(kept), place)
        holder_id, private = json.loads(Sealer(_key(secret)).open(inner, place))
    except (SealBroken, ValueError):
        raise NotFound from None
    pair = keys.pair_of(bytes.fromhex(private))
    named = caseworkers.named(who)
    if named.id != holder_id or not hmac.compare_digest(named.public, pair.public):
        raise NotFound
    return Holder("caseworker", holder_id, pair, who)


def _key(secret: str) -> bytes:
    return keyed_digest(_USE, secret.encode())


def _place(who: str) -> Place:
    return Place("staff_session", who, "keys")
