"""Recovery for someone who lost their receipt, which no single person can use alone.

In: two of three parts: the person's printed slip, a helper they trust, the hotline's offline key. Out: a new
receipt, and new keys for everything. Next: the pages; `repit recovery`, for whoever keeps the offline key.

Each part is a random key. For each two that may act together, a key pair is derived from both, and the
rooms are granted to it: so two parts open the case and one opens nothing. (Of three parts any two: three
pairs do what secret sharing would do, with nothing but sealed boxes.)

A request starts a clock of 72 hours and leaves a note in the thread. Until then whoever still has the
receipt can refuse it. The wait is kept by this service, not by mathematics: someone who holds two parts
*and* the database *and* the operator's key need not wait.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from repit.foundation.clock import now
from repit.foundation.errors import NotFound, NotGranted, Text, TransitionRefused
from repit.foundation.ids import ALPHABET, random_key
from repit.foundation.sealing import Place, keyed_digest
from repit.hotline.cases import access_codes, grants, keys, thread, vault
from repit.hotline.cases.access_codes import Code
from repit.hotline.cases.casefile import Casefile, Turn
from repit.hotline.cases.grants import Holder, Named
from repit.hotline.cases.keys import Pair
from repit.hotline.cases.models import AccessCode, Case, Grant, RecoveryRequest
from repit.hotline.cases.records import Entry
from repit.hotline.cases.rooms import ROOMS

DELAY: Final = timedelta(hours=72)
_KIND: Final = "recovery"
_OFFLINE: Final = 0
_LENGTH: Final = 256


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: when it may be finished, and whether the hotline has given its part."""

    reference: str
    due_at: datetime
    released: bool


def prepare(file: Casefile) -> Code:
    """The person's slip, shown this once; a slip from before stops working. Raises `NotGranted`."""
    with file.turn() as turn:
        _only_the_person(turn)
        for old in AccessCode.objects.filter(case=turn.case, kind="slip"):
            grants.withdraw(turn.case.id, "slip", old.id)
            old.delete()
        access_code, code, holder = access_codes.build(turn.case.id, "slip")
        parts = _parts(turn)
        value = {**parts.value, "slip_access_code": access_code.id, "slip": keys.new_key().hex()}
        turn.rewrite(parts, value)
        _share(turn, holder.named, value["slip"])
        _grant_pairs(turn)
        turn.log_access("slip-made")
        return code


def is_prepared(turn: Turn) -> bool:
    """Whether a slip exists and a second part with which it works."""
    held = turn.read("private", _KIND)
    if not held or not held[0].value["slip"]:
        return False
    return bool(held[0].value["hotline"] or held[0].value["helpers"])


def entrust(turn: Turn, helper: Named) -> None:
    """Give a helper one part."""
    parts = _parts(turn)
    key = keys.new_key().hex()
    turn.rewrite(parts, {**parts.value, "helpers": {**parts.value["helpers"], str(helper.id): key}})
    _share(turn, helper, key)
    _grant_pairs(turn)


def renew(turn: Turn, without: int | None = None) -> None:
    """New parts for all who stay, so that the old ones are worth nothing. Every room gets new keys."""
    parts = _parts(turn)
    old = parts.value
    staying = [code_id for code_id in old["helpers"] if without is None or int(code_id) != without]
    value: dict[str, Any] = {
        "slip_access_code": old["slip_access_code"],
        "slip": keys.new_key().hex() if old["slip"] else "",
        "hotline": keys.new_key().hex() if old["hotline"] else "",
        "helpers": {code_id: keys.new_key().hex() for code_id in staying},
    }
    turn.rewrite(parts, value)
    for row in Grant.objects.filter(case=turn.case):
        if grants.opened(row, turn.keys).to.kind == "pair":
            row.delete()
    if value["slip"]:
        _share(turn, _access_code(turn, value["slip_access_code"], "slip"), value["slip"])
    if value["hotline"]:
        _share(turn, _offline(), value["hotline"])
    for code_id, key in value["helpers"].items():
        _share(turn, _access_code(turn, int(code_id), "helper"), key)
    turn.rotate([room for room in ROOMS if turn.may_read(room)])
    _grant_pairs(turn)


def ask(number: str, typed: str) -> Asked:
    """Start the clock, with the slip or a trusted helper's code. Raises `NotFound`, `InputRefused`.

    Asking again shows the request that stands.
    """
    access_code, pair = access_codes.unlocked(number, typed)
    with _shares(access_code, pair) as turn:
        if not _holds_share(turn, access_code):
            raise NotFound
        request = RecoveryRequest.objects.filter(case=turn.case).first()
        if request is None:
            own = keys.new_pair()
            request = RecoveryRequest(id=random_key(), case=turn.case, due_at=_full_hour(now() + DELAY))
            value = [
                access_codes.kind_of(access_code),
                access_code.id,
                keys.box(own.private, pair.public).hex(),
                own.public.hex(),
            ]
            request.sealed = turn.keys.sealer("private").seal(
                json.dumps(value).encode().ljust(_LENGTH), _place(request)
            )
            request.save(force_insert=True)
            thread.note(turn, "recovery-asked")
        return _asked(request)


def pending(turn: Turn) -> Asked | None:
    """The request that stands, if there is one."""
    request = RecoveryRequest.objects.filter(case=turn.case).first()
    return _asked(request) if request else None


def is_asked(turn: Turn) -> bool:
    """Whether a request stands."""
    if turn.ahead is not None:
        return turn.ahead.recovery
    return RecoveryRequest.objects.filter(case=turn.case).exists()


def refuse(file: Casefile) -> None:
    """The person has their receipt after all: the request is gone. Raises `NotGranted`."""
    with file.turn() as turn:
        _only_the_person(turn)
        if RecoveryRequest.objects.filter(case=turn.case).delete()[0]:
            thread.note(turn, "recovery-refused")
        turn.log_access("recovery-refused")


def release(reference: str, offline_private: bytes) -> None:
    """The hotline gives its part to whoever asked. Raises `NotFound`; `SealBroken` for another key."""
    for request in RecoveryRequest.objects.select_related("case"):
        if _reference(request) == reference.strip().upper():
            break
    else:
        raise NotFound
    vaulted = vault.of(request.case)
    mark = grants.mark(request.case_id, "offline", _OFFLINE)
    row = Grant.objects.filter(case_id=request.case_id, room="share", holder=mark).first()
    if row is None:
        raise NotFound
    share = keys.unbox(grants.opened(row, vaulted).boxed, keys.pair_of(offline_private))
    *_, public = _read(request, vaulted)
    request.released = vaulted.sealer("private").seal(keys.box(share, public), _place(request, "released"))
    request.save(update_fields=["released"])


@dataclass(frozen=True, slots=True, repr=False)
class Parts:
    """What was brought: an unlocked code, and a second one unless the hotline gave its part."""

    first: tuple[AccessCode, Pair]
    second: tuple[AccessCode, Pair] | None

    @property
    def secret(self) -> str:
        """The same for the same parts, whoever brings them again; nothing of it stands anywhere."""
        pairs = [self.first[1], *([self.second[1]] if self.second else [])]
        return keyed_digest("recovery brought", *(pair.private for pair in pairs)).hex()


def brought(number: str, typed: str, other: tuple[str, str] | None = None) -> Parts:
    """Unlock one code or two. Raises `NotFound`, `InputRefused`."""
    return Parts(access_codes.unlocked(number, typed), access_codes.unlocked(*other) if other else None)


def finish(number: str, typed: str, other: tuple[str, str] | None = None) -> Code:
    """`finish_with` for codes as they are typed. Raises `NotFound`, `InputRefused`, `TransitionRefused`."""
    return finish_with(brought(number, typed, other))


def finish_with(parts: Parts) -> Code:
    """A new receipt, from two parts, once the wait is over. The old receipt opens nothing any more.

    Without a second code the hotline's part is used. Raises `NotFound`, `TransitionRefused` before the time.
    """
    (access_code, pair), second = parts.first, parts.second
    with _shares(access_code, pair) as shares:
        request = RecoveryRequest.objects.filter(case=shares.case).first()
        mine = _share_of(shares, access_code, pair)
        if request is None or mine is None:
            raise NotFound
        if now() < request.due_at:
            raise TransitionRefused(
                Text("The waiting time is not over.", "Le délai n’est pas terminé."),
                Text("Come back when it is over.", "Revenez quand il sera terminé."),
            )
        if second is not None:
            other_code, other_pair = second
            if other_code.case_id != access_code.case_id or other_code.id == access_code.id:
                raise NotFound
            theirs, with_id = _share_of(shares, other_code, other_pair), other_code.id
        else:
            theirs, with_id = _released(request, shares.keys, access_code, pair), _OFFLINE
        if theirs is None:
            raise NotFound
        joint = _joint((access_code.id, mine), (with_id, theirs))
        file = Casefile(access_code.case_id, joint)
    with file.turn() as turn:
        return _new_receipt(turn)


def change_words(file: Casefile) -> Code:
    """A new receipt for someone who has theirs and fears that another has it too. Raises `NotGranted`."""
    with file.turn() as turn:
        _only_the_person(turn)
        return _new_receipt(turn, note="words-changed")


def _new_receipt(turn: Turn, note: str = "recovery-done") -> Code:
    for old in AccessCode.objects.filter(case=turn.case, kind="person"):
        grants.withdraw(turn.case.id, "person", old.id)
        old.delete()
    _, code, holder = access_codes.build(turn.case.id, "person")
    turn.give(holder.named, [room for room in ROOMS if turn.may_read(room)])
    RecoveryRequest.objects.filter(case=turn.case).delete()
    if turn.read("private", _KIND):
        renew(turn)
    else:
        turn.rotate([room for room in ROOMS if turn.may_read(room)])
    thread.note(turn, note)
    turn.log_access(note)
    return code


@contextmanager
def _shares(access_code: AccessCode, pair: Pair) -> Iterator[Turn]:
    """A turn for someone who holds a part, which opens no room by itself."""
    with transaction.atomic():
        case = Case.objects.select_for_update().filter(pk=access_code.case_id).first()
        if case is None:
            raise NotFound
        yield Turn(case, vault.of(case), access_codes.holder(access_code, pair))


# --- the parts --------------------------------------------------------------------------------------------


def _parts(turn: Turn) -> Entry:
    """The record of all parts, which the person alone can read; made at the first call."""
    held = turn.read("private", _KIND)
    if not held:
        hotline = keys.new_key().hex() if settings.REPIT_OFFLINE_KEY else ""
        turn.add("private", _KIND, {"slip_access_code": 0, "slip": "", "hotline": hotline, "helpers": {}})
        if hotline:
            _share(turn, _offline(), hotline)
        held = turn.read("private", _KIND)
    return held[0]


def _share(turn: Turn, to: Named, key: str) -> None:
    grants.give(turn.case.id, turn.keys, "share", to, bytes.fromhex(key), writes=False)


def _grant_pairs(turn: Turn) -> None:
    """Let each two parts that exist into every room."""
    value = _parts(turn).value
    parts = [(value["slip_access_code"], value["slip"]), (_OFFLINE, value["hotline"])]
    parts = [(code_id, key) for code_id, key in parts if key]
    helpers = [(int(code_id), key) for code_id, key in value["helpers"].items()]
    # Two helpers together are none of the three ways: a person's friends cannot agree behind their back.
    pairs = [(a, b) for a in parts for b in [*parts, *helpers] if a[0] < b[0] or b in helpers]
    for (code_id, key), (other, other_key) in pairs:
        joint = _joint((code_id, bytes.fromhex(key)), (other, bytes.fromhex(other_key)))
        turn.give(joint.named, [room for room in ROOMS if turn.may_read(room)])


def _joint(part: tuple[int, bytes], other: tuple[int, bytes]) -> Holder:
    (first_id, first), (second_id, second) = sorted((part, other))
    name = keyed_digest("recovery pair", str(first_id).encode(), str(second_id).encode())
    return Holder("pair", int.from_bytes(name[:7], "big"), keys.joint_pair(first, second))


def _offline() -> Named:
    return Named("offline", _OFFLINE, settings.REPIT_OFFLINE_KEY)


def _access_code(turn: Turn, code_id: int, kind: str) -> Named:
    access_code = AccessCode.objects.get(pk=code_id, case=turn.case, kind=kind)
    return Named(access_codes.kind_of(access_code), access_code.id, access_codes.public_of(access_code))


def _holds_share(turn: Turn, access_code: AccessCode) -> bool:
    mark = grants.mark(turn.case.id, access_codes.kind_of(access_code), access_code.id)
    return Grant.objects.filter(case=turn.case, room="share", holder=mark).exists()


def _share_of(turn: Turn, access_code: AccessCode, pair: Pair) -> bytes | None:
    mark = grants.mark(turn.case.id, access_codes.kind_of(access_code), access_code.id)
    row = Grant.objects.filter(case=turn.case, room="share", holder=mark).first()
    return keys.unbox(grants.opened(row, turn.keys).boxed, pair) if row else None


def _released(
    request: RecoveryRequest, vaulted: vault.Vault, access_code: AccessCode, pair: Pair
) -> bytes | None:
    kind, code_id, boxed, _ = _read(request, vaulted)
    if not request.released or (kind, code_id) != (access_codes.kind_of(access_code), access_code.id):
        return None
    own = keys.pair_of(keys.unbox(boxed, pair))
    return keys.unbox(vaulted.sealer("private").open(request.released, _place(request, "released")), own)


def _read(request: RecoveryRequest, vaulted: vault.Vault) -> tuple[str, int, bytes, bytes]:
    kind, code_id, boxed, public = json.loads(vaulted.sealer("private").open(request.sealed, _place(request)))
    return kind, code_id, bytes.fromhex(boxed), bytes.fromhex(public)


def _asked(request: RecoveryRequest) -> Asked:
    return Asked(_reference(request), request.due_at, bool(request.released))


def _reference(request: RecoveryRequest) -> str:
    """Eight digits by which the person and the hotline speak of a request; they open nothing."""
    raw = keyed_digest("recovery reference", str(request.id).encode())
    return "".join(ALPHABET[byte % 32] for byte in raw[:8])


def _place(request: RecoveryRequest, column: str = "sealed") -> Place:
    return Place("cases_recoveryrequest", f"{request.case_id}/{request.id}", column)


def _full_hour(moment: datetime) -> datetime:
    """The next one: nobody is made to wait less, and the row does not tell the minute of asking."""
    begun = moment.replace(minute=0, second=0, microsecond=0)
    return begun if begun == moment else begun + timedelta(hours=1)


def _only_the_person(turn: Turn) -> None:
    if turn.role != "person":
        raise NotGranted
