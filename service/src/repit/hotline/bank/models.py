"""The bank's tables. Integrity lives in their constraints; the order of changes in `Feed`.

In: `items`. Out: rows. Next: `feed` reads them for subscribers. What a thief of the database reads here:
how many items there are, of which kind and state, and when each changed. No hash, and nothing that leads to
a person or a case.
"""

import uuid
from datetime import date, datetime

from django.db import models
from django.db.models import Q

from repit.foundation.fields import RandomKey
from repit.foundation.hashes import QUALITY_FLOOR
from repit.hotline.bank.states import LIVE, by_day_only
from repit.hotline.bank.types import NAMED_BY_HASH


def named_by_hash() -> Q:
    """Rows of `ItemHash` by which some exchange says what is to be forgotten."""
    named = Q()
    for algorithm, media in NAMED_BY_HASH:
        named |= Q(algorithm=algorithm, item__media=media)
    return Q(role="whole", publishable=True) & named


class Feed(models.Model):
    """One row. Under its lock writers take turns: no sequence number commits before a smaller one.

    `closed_through`: the end of the last day of which no moment is known any more; no later change bears it.
    """

    feed_id = models.UUIDField(default=uuid.uuid4, editable=False)
    sequence = models.BigIntegerField(default=0)
    closed_through = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(pk=1), name="bank_has_one_feed"),
            models.CheckConstraint(condition=Q(sequence__gte=0), name="bank_feed_counts_up"),
        )


class Item(models.Model):
    """One picture, video or file. `confirmations`: how many submissions of it stand, as subscribers know it.

    `own`: how many of them were made here; the others are partners' (`PartnerRecord`). `root`: the name under
    which other hotlines know what was submitted here; empty where nothing was. `asked`: how often platforms'
    people were asked to look at it once more. `slot`: where its keys stand (`keys`); empty once they are
    destroyed. `found_by`: the key under which its digests are (`lookups`). `parts`: how many records NCMEC's
    protocol makes of it; empty for one. `forget_on`: the day on which something of what it held is to be
    destroyed, once it is withdrawn.
    """

    id = RandomKey()
    token = models.CharField(max_length=64, unique=True)
    media = models.CharField(max_length=10)
    kind = models.CharField(max_length=10)
    origin = models.CharField(max_length=100)
    state = models.CharField(max_length=10, default="received")
    announced = models.BooleanField(default=False)
    confirmations = models.IntegerField(default=1)
    own = models.IntegerField(default=1)
    root = models.CharField(max_length=64, blank=True, default="")
    fingerprint = models.BinaryField(max_length=32)
    expires_at = models.DateTimeField(null=True)
    asked = models.IntegerField(default=0)
    slot = models.BigIntegerField(null=True)
    found_by = models.BigIntegerField(null=True)
    parts = models.SmallIntegerField(null=True)
    forget_on = models.DateField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["found_by"], condition=Q(found_by__isnull=False), name="item_by_its_lookup"),
            models.Index(
                fields=["forget_on"], condition=Q(forget_on__isnull=False), name="item_to_be_erased"
            ),
            # SQLite does not use the index of the constraint below: its condition compares with values.
            models.Index(fields=["fingerprint"], name="item_by_fingerprint"),
            models.Index(
                fields=["expires_at"], condition=Q(expires_at__isnull=False), name="item_expiry_is_due"
            ),
        )
        constraints = (
            models.CheckConstraint(condition=Q(media__in=["picture", "video", "file"]), name="item_media"),
            models.CheckConstraint(condition=Q(kind__in=["intimate", "deepfake"]), name="item_kind"),
            models.CheckConstraint(condition=Q(state__in=[*LIVE, "withdrawn", "erased"]), name="item_state"),
            models.CheckConstraint(
                condition=Q(state="received", announced=False) | ~Q(state="received"), name="item_announced"
            ),
            models.CheckConstraint(
                condition=Q(state__in=LIVE, confirmations__gt=0)
                | Q(state__in=["withdrawn", "erased"], confirmations=0),
                name="item_stands_on_submissions",
            ),
            models.UniqueConstraint(
                fields=["fingerprint"], condition=Q(state__in=LIVE), name="item_once_while_it_lives"
            ),
            models.CheckConstraint(
                condition=Q(own__gte=0) & (Q(own=0) | Q(state__in=LIVE)), name="item_own_stand_while_it_lives"
            ),
            models.UniqueConstraint(
                fields=["slot"], condition=Q(slot__isnull=False), name="item_has_keys_of_its_own"
            ),
        )

    def __str__(self) -> str:
        return "Item"


class ItemHash(models.Model):
    """One hash, sealed under the item's keys. `digest` is keyed: it finds the same hash again. Only what
    other exchanges name by its hash has one."""

    id = RandomKey()
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="hashes")
    algorithm = models.CharField(max_length=10)
    role = models.CharField(max_length=10)
    quality = models.SmallIntegerField(null=True)
    publishable = models.BooleanField()
    sealed = models.BinaryField()
    digest = models.BinaryField(max_length=32, null=True, db_index=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(algorithm__in=["pdq", "md5", "sha256"]), name="hash_algorithm"
            ),
            models.CheckConstraint(condition=Q(role__in=["whole", "anchored"]), name="hash_role"),
            models.CheckConstraint(
                condition=Q(algorithm="pdq", quality__isnull=False, quality__gte=0, quality__lte=100)
                | (~Q(algorithm="pdq") & Q(quality__isnull=True)),
                name="hash_quality",
            ),
            models.CheckConstraint(
                condition=Q(publishable=False) | Q(quality__isnull=True) | Q(quality__gte=QUALITY_FLOOR),
                name="hash_below_the_floor_is_never_published",
            ),
            models.UniqueConstraint(fields=["item", "algorithm", "role", "digest"], name="hash_once_an_item"),
        )

    def __str__(self) -> str:
        return "ItemHash"


class ItemMoments(models.Model):
    """The moments of a video: one blob, sealed under the item's keys, its length rounded up."""

    id = RandomKey()
    item = models.OneToOneField(Item, on_delete=models.PROTECT, related_name="moments")
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return "ItemMoments"


class Unreadable(models.Model):
    """A living item of which something does not open, and on which day that was noticed."""

    item = models.OneToOneField(Item, on_delete=models.PROTECT, primary_key=True, related_name="unreadable")
    since = models.DateField()

    def __str__(self) -> str:
        return "Unreadable"


class LookupKey(models.Model):
    """A key under which digests find items again; the newest is for what comes. Replaced every week."""

    slot = models.BigIntegerField(unique=True)
    begun_on = models.DateField()

    def __str__(self) -> str:
        return "LookupKey"


class Letter(models.Model):
    """What a case asks of the bank, until it is carried out: sealed, of one length, under a key of its own.

    It names nothing that stands elsewhere. Its key is wiped once it is carried out; the row goes later, with
    others.
    """

    id = RandomKey()
    slot = models.BigIntegerField(unique=True)
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return "Letter"


class Parcel(models.Model):
    """A piece of what letters lead to, of one length and without any form: `name` is a keyed digest."""

    id = RandomKey()
    name = models.BinaryField(max_length=32, unique=True)
    raw = models.BinaryField()

    def __str__(self) -> str:
        return "Parcel"


class Claim(models.Model):
    """One submission made here: `digest` of the name by which its case alone knows it. `back`: taken back."""

    id = RandomKey()
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="claims")
    digest = models.BinaryField(max_length=32, unique=True)
    back = models.BooleanField(default=False)

    def __str__(self) -> str:
        return "Claim"


class PartnerRecord(models.Model):
    """One record by which a partner keeps an item up: `name` a keyed digest of the partner's name for it.

    `sealed_name`: that name, under the item's keys. `mark`: a digest, under them too, of the record as it
    last was; `disputed`: that the partner doubts it; `run`: the whole reading that last saw it.
    """

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="partner_records")
    source = models.CharField(max_length=100)
    name = models.BinaryField(max_length=32)
    sealed_name = models.BinaryField()
    disputed = models.BooleanField(default=False)
    mark = models.BinaryField(max_length=32)
    run = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["source", "name"], name="partner_record_once"),)

    def __str__(self) -> str:
        return "PartnerRecord"


class RecordOrigin(models.Model):
    """Where a partner's record comes from in the end: an installation, its name there, the way it took.

    `path`: installations from the origin to the partner, separated by commas; empty for partners that are no
    hotline.
    """

    record = models.ForeignKey(PartnerRecord, on_delete=models.CASCADE, related_name="origins")
    installation = models.CharField(max_length=100)
    token = models.CharField(max_length=64)
    path = models.TextField(blank=True)

    class Meta:
        indexes = (models.Index(fields=["installation", "token"], name="record_origin_by_name"),)
        constraints = (
            models.UniqueConstraint(fields=["record", "installation", "token"], name="record_origin_once"),
        )


class Tombstone(models.Model):
    """What its origin has withdrawn: it never comes back, whoever tells of it and in whatever order.

    `item`: the item here that held it, empty where none did; peers are told beside that item.
    """

    installation = models.CharField(max_length=100)
    token = models.CharField(max_length=64)
    item = models.CharField(max_length=64, blank=True, db_index=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["installation", "token", "item"], name="tombstone_once"),
        )


class Change(models.Model):
    """The feed: after change number `sequence`, look at this item again. Append-only, gapless. `at` says no
    more than the day once that is over (`closing`)."""

    sequence = models.BigIntegerField(primary_key=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="changes")
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["at"], name="change_by_moment"),)
        constraints = (models.CheckConstraint(condition=Q(sequence__gt=0), name="change_counts_from_one"),)


class Transition(models.Model):
    """One step in an item's life: who, when, why. Append-only. Of what persons do, `at` is the day.

    `sequence`: the change by which subscribers heard of it; null where they did not.
    """

    id = models.BigAutoField(primary_key=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="transitions")
    before = models.CharField(max_length=10)
    after = models.CharField(max_length=10)
    at = models.DateTimeField()
    actor = models.CharField(max_length=100)
    reason = models.CharField(max_length=200, blank=True)
    sequence = models.BigIntegerField(null=True)

    @property
    def when(self) -> datetime | date:
        """When, as far as it is kept."""
        return self.at.date() if by_day_only(self.before, self.after) else self.at


class Question(models.Model):
    """What a person is asked about an item, by `why` (counts, voices), and the answer. One open an item.

    `again_at`: when platforms' people were asked to look once more.
    """

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="questions")
    why = models.CharField(max_length=10)
    reason = models.CharField(max_length=200)
    opened_at = models.DateTimeField()
    again_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=10, blank=True)
    by = models.CharField(max_length=100, blank=True)
    explanation = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=["why", "opened_at"], name="question_by_day"),
            models.Index(fields=["opened_at"], condition=Q(closed_at__isnull=True), name="question_is_open"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["item"], condition=Q(closed_at__isnull=True), name="question_once_an_item"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, decision="")
                | Q(closed_at__isnull=False, decision__in=["kept", "suspended", "withdrawn"]),
                name="question_answered",
            ),
        )

    def __str__(self) -> str:
        return "Question"

    @property
    def closed(self) -> datetime | date | None:
        """When it was answered, as far as it is kept (`questions.answer_all`)."""
        return self.closed_at.date() if self.closed_at and self.decision == "withdrawn" else self.closed_at


class MatchReport(models.Model):
    """How often one item matched at one reporter's in one window; counts, never pictures.

    Append-only, until its time is over and it is marked to be forgotten.
    """

    id = models.BigAutoField(primary_key=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="match_reports")
    reporter = models.CharField(max_length=100)
    count = models.IntegerField()
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    at = models.DateTimeField(db_index=True)
    forget_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["forget_at"], condition=Q(forget_at__isnull=False), name="match_report_forgotten"
            ),
            models.Index(fields=["reporter", "at"], name="match_report_by_reporter"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(count__gt=0), name="match_report_counts"),
            models.UniqueConstraint(fields=["reporter", "item", "begins"], name="match_report_once"),
        )


class MatchTotal(models.Model):
    """How often an item matched according to reports that are not kept any more."""

    item = models.OneToOneField(Item, on_delete=models.PROTECT, primary_key=True, related_name="match_total")
    count = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return "MatchTotal"


class WidelyPublished(models.Model):
    """One hash, sealed, of a picture everyone has seen: what comes close to it waits for a person."""

    digest = models.BinaryField(max_length=32, unique=True)
    sealed = models.BinaryField()
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return "WidelyPublished"
