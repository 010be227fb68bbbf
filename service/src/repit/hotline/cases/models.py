"""Cases at rest: a thief of the database learns how many there are, how large, and on which days they moved.

In: this room. Out: rows. Next: nobody outside it. Whatever was said, where, by whom and for whom stands in
columns named `sealed`; keys are random, so no table's order follows another's; nobody is named in two cases
by the same value.
"""

from typing import Final

from django.db import models
from django.db.models import Q

from repit.foundation.fields import RandomKey
from repit.foundation.ids import random_key
from repit.hotline.cases.rooms import ROOMS
from repit.hotline.cases.states import STATES

_ROOMS: Final = [*ROOMS, "share", "log"]


class Case(models.Model):
    """One case. Only days are kept: a time of day would match the moment an item appeared in the bank.

    `accesses` and `accesses_digest` are the head of its log. `due_on` is the day on which the clock acts
    next. `slot`: where its keys stand outside the database (`vault`). `sealed`: whether it protects
    anything.
    """

    id = RandomKey()
    slot = models.BigIntegerField(unique=True)
    state = models.CharField(max_length=10, default="new")
    sealed = models.BinaryField()
    opened_on = models.DateField()
    due_on = models.DateField()
    accesses = models.IntegerField(default=0)
    accesses_digest = models.BinaryField(max_length=32, default=bytes)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(state__in=STATES), name="case_state"),)
        indexes = (models.Index(fields=["due_on"], name="case_is_due"),)

    def __str__(self) -> str:
        return "Case"


class AccessCode(models.Model):
    """A number and words that open a case: the person's receipt, a helper's code, a recovery slip.

    `lookup` is a keyed digest of the number, `verifier` one of what Argon2id makes of the words. `hint` is
    one byte of a keyed digest of both: it turns wrong words away at no cost (`access_codes`).
    """

    id = RandomKey()
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="access_codes")
    kind = models.CharField(max_length=10)
    lookup = models.BinaryField(max_length=32, unique=True)
    salt = models.BinaryField(max_length=16)
    verifier = models.BinaryField(max_length=32)
    hint = models.SmallIntegerField(null=True)
    sealed_public = models.BinaryField()
    sealed_private = models.BinaryField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=["person", "helper", "slip"]), name="access_code_kind"
            ),
            models.UniqueConstraint(
                fields=["case", "kind"], condition=~Q(kind="helper"), name="one_receipt_and_one_slip"
            ),
        )

    def __str__(self) -> str:
        return "AccessCode"


class Room(models.Model):
    """A part of a case with a key pair of its own. The public half is sealed so that nobody swaps it."""

    id = RandomKey()
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="rooms")
    name = models.CharField(max_length=10)
    version = models.IntegerField(default=1)
    sealed = models.BinaryField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(name__in=ROOMS), name="room_name"),
            models.UniqueConstraint(fields=["case", "name"], name="case_has_each_room_once"),
        )

    def __str__(self) -> str:
        return "Room"


class Grant(models.Model):
    """A room's private key, or a right without one, for one holder. `holder` differs from case to case."""

    id = RandomKey()
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="grants")
    room = models.CharField(max_length=10)
    holder = models.BinaryField(max_length=32, db_index=True)
    version = models.IntegerField(default=1)
    sealed = models.BinaryField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(room__in=_ROOMS), name="grant_room"),
            models.UniqueConstraint(fields=["case", "room", "holder"], name="one_grant_a_room_and_holder"),
        )

    def __str__(self) -> str:
        return "Grant"


class Record(models.Model):
    """One thing in a room: an address, a message, what the person wants; or all links to items together.

    `mark` is a digest of what kind of thing it is, another one in each case. `version` is drawn anew with
    each rewriting, so that nobody counts the changes.
    """

    id = RandomKey()
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="records")
    room = models.CharField(max_length=10)
    mark = models.CharField(max_length=16)
    number = models.IntegerField()
    version = models.BigIntegerField(default=random_key)
    sealed = models.BinaryField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(room__in=ROOMS), name="record_room"),
            models.UniqueConstraint(fields=["case", "mark", "number"], name="case_counts_its_records"),
        )

    def __str__(self) -> str:
        return "Record"


class Task(models.Model):
    """Something to be done in a case: its day and state, for counting. What it is stands in the sealed record
    of the same number."""

    id = RandomKey()
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tasks")
    number = models.IntegerField()
    state = models.CharField(max_length=10, default="open")
    due_on = models.DateField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=["open", "done", "dropped"]), name="task_state"),
            models.UniqueConstraint(fields=["case", "number"], name="case_counts_its_tasks"),
        )
        indexes = (models.Index(fields=["state", "due_on"], name="task_is_due"),)

    def __str__(self) -> str:
        return "Task"


class CaseStep(models.Model):
    """One step in the life of a case: what, by which role, on which day."""

    id = RandomKey()
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="steps")
    number = models.IntegerField()
    before = models.CharField(max_length=10, blank=True)
    after = models.CharField(max_length=10)
    by = models.CharField(max_length=10)
    on = models.DateField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["case", "number"], name="case_counts_its_steps"),)

    def __str__(self) -> str:
        return "CaseStep"


class AccessLogEntry(models.Model):
    """One access: who, what and when are sealed; each row carries the digest of the chain so far."""

    id = RandomKey()
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="log")
    number = models.IntegerField()
    sealed = models.BinaryField()
    digest = models.BinaryField(max_length=32)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["case", "number"], name="case_counts_its_accesses"),)

    def __str__(self) -> str:
        return "AccessLogEntry"


class RecoveryRequest(models.Model):
    """Someone asked for a new receipt; from `due_at` on two parts together give it."""

    id = RandomKey()
    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="recovery_request")
    due_at = models.DateTimeField()
    sealed = models.BinaryField()
    released = models.BinaryField(default=bytes)

    def __str__(self) -> str:
        return "RecoveryRequest"


class Session(models.Model):
    """A session after signing in with a receipt. What it may open is sealed under the cookie's own key."""

    id = RandomKey()
    digest = models.BinaryField(max_length=32, unique=True)
    sealed = models.BinaryField()
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return "Visit"


class Caseworker(models.Model):
    """The keys of one member of staff, under their passphrase. `who` is the name of their account; `alias` a
    keyed digest of the name by which people know them, `sealed_alias` that name (`aliases`)."""

    id = RandomKey()
    who = models.CharField(max_length=150, unique=True)
    version = models.IntegerField(default=1)
    salt = models.BinaryField(max_length=16)
    verifier = models.BinaryField(max_length=32)
    sealed_public = models.BinaryField()
    sealed_private = models.BinaryField()
    alias = models.BinaryField(max_length=32, null=True, unique=True)
    sealed_alias = models.BinaryField(default=bytes)

    def __str__(self) -> str:
        return "Caseworker"


class KeyPasskey(models.Model):
    """The keys of one member of staff, under a secret that one of their passkeys derives."""

    id = RandomKey()
    caseworker = models.ForeignKey(Caseworker, on_delete=models.CASCADE, related_name="passkeys")
    verifier = models.BinaryField(max_length=32)
    sealed = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["caseworker", "verifier"], name="passkey_opens_keys_once"),
        )

    def __str__(self) -> str:
        return "KeyPasskey"


class Desk(models.Model):
    """The key pair to which new cases are sealed, until someone takes them up. The newest one counts.

    `put_by`: its private half while nobody takes cases in, sealed under a key in a file besides; `slot`:
    where that key stands. Empty once the desk was taken over (`waiting_desk`).
    """

    version = models.AutoField(primary_key=True)
    sealed_public = models.BinaryField()
    slot = models.BigIntegerField(null=True, unique=True)
    put_by = models.BinaryField(default=bytes)

    def __str__(self) -> str:
        return "Desk"


class DeskMember(models.Model):
    """The desk's private key for one caseworker who takes cases in."""

    id = RandomKey()
    desk = models.ForeignKey(Desk, on_delete=models.CASCADE, related_name="members")
    caseworker = models.ForeignKey(Caseworker, on_delete=models.CASCADE, related_name="desks")
    sealed = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["desk", "caseworker"], name="desk_member_once"),)

    def __str__(self) -> str:
        return "DeskMember"
