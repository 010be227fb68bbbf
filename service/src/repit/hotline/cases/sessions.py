"""A session: what keeps a person signed in, for half an hour at most without a sign.

In: an unlocked code. Out: a token for a cookie; the `Casefile` again for whoever brings it. Next: the pages.

The row holds the code's keys sealed under a key that only the cookie has, so the database alone opens
nothing, and which case it opens is not readable in it. A token is drawn anew at each sign-in: one that
someone planted in the browser beforehand is worth nothing.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from repit.foundation.clock import now
from repit.foundation.errors import NotFound, SealBroken
from repit.foundation.ids import random_key, token
from repit.foundation.sealing import Place, Sealer, keyed_digest, operator
from repit.hotline.cases import access_codes, keys
from repit.hotline.cases.casefile import Casefile
from repit.hotline.cases.models import AccessCode, Session

LASTS: Final = timedelta(minutes=30)
_RENEWED_AFTER: Final = timedelta(minutes=1)
_BITS: Final = 256


@dataclass(frozen=True, slots=True, repr=False)
class OpenSession:
    """An open session; `whose` is the same at each session with one code, and tells nothing else."""

    file: Casefile
    whose: str


def begin(number: str, typed: str) -> str:
    """Sign in; the cookie's token. Raises `NotFound`, `InputRefused`."""
    access_code, pair = access_codes.unlocked(number, typed)
    access_codes.casefile_of(access_code, pair)
    return _begin(access_code.id, pair.private)


def begin_with(file: Casefile) -> str:
    """A session for someone who just opened the case. Raises `NotFound`."""
    return _begin(file.holder.id, file.holder.pair.private)


def going_on(brought: str) -> OpenSession:
    """The session of a token. Raises `NotFound` where it is over, or the code is gone."""
    row = Session.objects.filter(digest=_digest(brought), until__gt=now()).first()
    if row is None:
        raise NotFound
    try:
        inner = operator("session").open(row.sealed, _place(row))
        access_code_id, private = json.loads(Sealer(_key(brought)).open(inner, _place(row)))
    except SealBroken:
        raise NotFound from None
    access_code = AccessCode.objects.filter(pk=access_code_id).first()
    if access_code is None:
        raise NotFound
    until = now() + LASTS
    if until - row.until > _RENEWED_AFTER:
        Session.objects.filter(pk=row.pk).update(until=until)
    file = access_codes.casefile_of(access_code, keys.pair_of(bytes.fromhex(private)))
    return OpenSession(file, keyed_digest("whose session", str(access_code.id).encode()).hex()[:32])


def end(brought: str) -> None:
    """Delete a session."""
    Session.objects.filter(digest=_digest(brought)).delete()


def delete_expired() -> int:
    """Delete sessions that are over; how many."""
    return Session.objects.filter(until__lte=now()).delete()[0]


def _begin(access_code_id: int, private: bytes) -> str:
    made = token(_BITS)
    row = Session(id=random_key(), digest=_digest(made), until=now() + LASTS)
    inner = Sealer(_key(made)).seal(
        json.dumps([access_code_id, private.hex()]).encode().ljust(128), _place(row)
    )
    row.sealed = operator("session").seal(inner, _place(row))
    row.save(force_insert=True)
    return made


def _key(brought: str) -> bytes:
    return keyed_digest("session key", brought.encode())


def _digest(brought: str) -> bytes:
    return keyed_digest("session", brought.encode())


def _place(row: Session) -> Place:
    return Place("cases_session", str(row.id), "sealed")
