"""Members of staff.

In: `members`. Out: rows. Next: Django's sign-in, the desks, the audit (which names members by that name).
No e-mail address and no legal name is kept: `name` is what a member signs in with and is known by.
"""

from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from repit.foundation.staff.roles import ROLES, Permission, granted

NAME = RegexValidator(r"^[^\W_](?:[\w .'\-]{0,58}[^\W_])?\Z")


class Members(BaseUserManager["Member"]):
    """Finds members by name, whatever its capitals."""

    def get_by_natural_key(self, username: str | None) -> "Member":
        return self.get(name__iexact=username)

    def named(self, typed: str) -> "Member | None":
        """Whose name this is, whatever its capitals."""
        return self.filter(name__iexact=typed).first()


class Member(AbstractBaseUser):
    """Someone who works here."""

    name = models.CharField(max_length=60, unique=True, validators=[NAME])
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=2, blank=True)
    added_at = models.DateTimeField()

    objects: ClassVar[Members] = Members()
    USERNAME_FIELD = "name"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(language__in=["", "fr", "en"]), name="staff_language_known"),
            models.UniqueConstraint(Lower("name"), name="staff_name_once"),
        )

    def __str__(self) -> str:
        return self.name

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        """What this member may do; nothing once closed."""
        if not self.is_active:
            return frozenset()
        return granted(self.roles.values_list("role", flat=True))

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions


class MemberRole(models.Model):
    """One role of one member."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=20)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["member", "role"], name="staff_role_once"),
            models.CheckConstraint(condition=Q(role__in=list(ROLES)), name="staff_role_known"),
        )

    def __str__(self) -> str:
        return self.role


class Enrolment(models.Model):
    """A link that lets one member choose a password, once, until it ends. Only its digest is kept."""

    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="enrolment")
    digest = models.BinaryField(max_length=32)
    ends_at = models.DateTimeField()

    def __str__(self) -> str:
        return "Enrolment"


class KnownBrowser(models.Model):
    """A browser in which a member signed in with two factors; a digest of what its cookie holds."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="browsers")
    digest = models.BinaryField(max_length=32)
    seen_on = models.DateField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["member", "digest"], name="staff_browser_once"),)

    def __str__(self) -> str:
        return "KnownBrowser"


class LettingIn(models.Model):
    """A link that makes a browser known to a member before they sign in, once, until it ends."""

    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="letting_in")
    digest = models.BinaryField(max_length=32)
    ends_at = models.DateTimeField()

    def __str__(self) -> str:
        return "LettingIn"


def fresh(member: Any) -> Member:
    """The member behind `request.user`, which Django types as anybody."""
    if not isinstance(member, Member):
        member = Member.objects.get(pk=member.pk)
    found: Member = member
    return found
