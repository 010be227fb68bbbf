"""Adding members, closing them, letting them begin again.

In: an administrator's wish (`repit staff …`), or an enrolment link that its member opens. Out: rows, an audit
row for each, and the link, shown once. Next: `views`, the command line.

A link is 160 random bits of which the database keeps a keyed digest only, holds for three days and once.
Whoever begins again loses what they had: password, second factors, open sessions.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from repit.foundation import audit
from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, NotFound, Text
from repit.foundation.ids import token
from repit.foundation.sealing import keyed_digest
from repit.foundation.staff.models import Enrolment, KnownBrowser, LettingIn, Member, MemberRole
from repit.foundation.staff.roles import ROLES

LINK_HOLDS: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class MemberState:
    """A member as the administrator sees them."""

    name: str
    roles: tuple[str, ...]
    open: bool
    second_factors: int
    enrolling: bool
    last_login: datetime | None


def add(name: str, roles: Collection[str], *, actor: str) -> str:
    """A new member; the secret of their enrolment link. Raises `InputRefused`."""
    _known(roles)
    member = Member(name=name, added_at=now())
    member.set_unusable_password()
    try:
        member.clean_fields()
        with transaction.atomic():
            member.save()
            MemberRole.objects.bulk_create([MemberRole(member=member, role=role) for role in set(roles)])
            audit.record(actor, "staff added", name, ", ".join(sorted(roles)))
            return _new_link(member)
    except (ValidationError, IntegrityError):
        raise InputRefused(
            Text(
                "A member of that name exists, or the name has signs that are not letters, digits, - or '.",
                "Ce nom existe déjà, ou contient autre chose que des lettres, chiffres, - ou '.",
            ),
            Text("Choose another name.", "Choisissez un autre nom."),
        ) from None


def set_roles(name: str, roles: Collection[str], *, actor: str) -> None:
    """Give a member these roles and no others. Raises `NotFound`, `InputRefused`."""
    _known(roles)
    with transaction.atomic():
        member = _named(name)
        member.roles.all().delete()
        MemberRole.objects.bulk_create([MemberRole(member=member, role=role) for role in set(roles)])
        audit.record(actor, "staff roles set", member.name, ", ".join(sorted(roles)))


def reset(name: str, *, actor: str) -> str:
    """Let a member begin again; the secret of their new link. Raises `NotFound`."""
    with transaction.atomic():
        member = _named(name)
        # A new password, even an unusable one, ends every open session: they carry a digest of the old one.
        member.set_unusable_password()
        member.is_active = True
        member.save(update_fields=["password", "is_active"])
        _remove_credentials(member)
        audit.record(actor, "staff reset", member.name)
        return _new_link(member)


def close(name: str, *, actor: str) -> None:
    """End a member's access at once; their name stays in the audit. Raises `NotFound`."""
    with transaction.atomic():
        member = _named(name)
        member.set_unusable_password()
        member.is_active = False
        member.save(update_fields=["password", "is_active"])
        _remove_credentials(member)
        Enrolment.objects.filter(member=member).delete()
        audit.record(actor, "staff closed", member.name)


def overview() -> list[MemberState]:
    """Every member, by name."""
    factors = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES)
    return [
        MemberState(
            member.name,
            tuple(sorted(member.roles.values_list("role", flat=True))),
            member.is_active,
            factors.filter(user=member).count(),
            Enrolment.objects.filter(member=member, ends_at__gt=now()).exists(),
            member.last_login,
        )
        for member in Member.objects.order_by("name")
    ]


def enrolling(secret: str) -> Member | None:
    """The member whose link this is, while it holds."""
    found = Enrolment.objects.filter(digest=_digest(secret), ends_at__gt=now()).select_related("member")
    row = found.first()
    return row.member if row and row.member.is_active else None


def enrol(secret: str, password: str) -> Member:
    """Use a link up: its member has a password now. Raises `NotFound`, `ValidationError`."""
    with transaction.atomic():
        member = enrolling(secret)
        if member is None:
            raise NotFound
        validate_password(password, member)
        used, _ = Enrolment.objects.filter(digest=_digest(secret)).delete()
        if not used:
            raise NotFound  # someone else was quicker
        member.set_password(password)
        member.save(update_fields=["password"])
        audit.record(member.name, "staff enrolled", member.name)
        return member


def _remove_credentials(member: Member) -> None:
    """Second factors, browsers that know them, a link that a supervisor gave."""
    Authenticator.objects.filter(user=member).delete()
    for table in (KnownBrowser, LettingIn):
        table.objects.filter(member=member).delete()


def _new_link(member: Member) -> str:
    secret = token(160)
    row = {"digest": _digest(secret), "ends_at": now() + LINK_HOLDS}
    Enrolment.objects.update_or_create(member=member, defaults=row)
    return secret


def _digest(secret: str) -> bytes:
    return keyed_digest("staff enrolment", secret.encode())


def _named(name: str) -> Member:
    member = Member.objects.named(name)
    if member is None:
        raise NotFound(
            Text("There is nobody of that name.", "Personne ne porte ce nom."),
            Text("`repit staff list` shows who there is.", "`repit staff list` montre qui il y a."),
        )
    return member


def _known(roles: Collection[str]) -> None:
    if not roles or not set(roles) <= set(ROLES):
        raise InputRefused(
            Text(f"The roles are {', '.join(ROLES)}.", f"Les rôles sont {', '.join(ROLES)}."),
            Text("Give at least one of them.", "Donnez-en au moins un."),
        )
