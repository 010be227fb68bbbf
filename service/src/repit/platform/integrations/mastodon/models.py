"""What a Mastodon server told of, and what became of it.

In: `queue`. Out: two tables. Next: `worker`. Addresses of media are kept until they have been looked at,
everything else for a month after the last step.
"""

from django.db import models
from django.db.models import Q

from repit.foundation.jobs.claims import Claimable, claim_ends, due_index
from repit.platform.integrations.mastodon.states import DONE, WORK


class QueuedMedia(Claimable):
    """One post or profile with the media that it showed. `decisions`: media, outcome, name, seen or not.

    `desk`: what a person at the gate's desk said, if one did.
    """

    mark = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=10)
    subject = models.CharField(max_length=40)
    account = models.CharField(max_length=40)
    media = models.JSONField(default=list)
    decisions = models.JSONField(default=list)
    state = models.CharField(max_length=12, default="judge")
    desk = models.CharField(max_length=10, blank=True)
    report = models.CharField(max_length=40, blank=True)
    received_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = (
            due_index("mastodon_media_due"),
            models.Index(fields=["changed_at"], name="mastodon_media_changed"),
        )
        constraints = (
            claim_ends("mastodon_media_claim_ends"),
            models.CheckConstraint(condition=Q(state__in=[*WORK, *DONE]), name="mastodon_media_state"),
            models.CheckConstraint(condition=Q(kind__in=["status", "account"]), name="mastodon_media_kind"),
            models.CheckConstraint(
                condition=~Q(state__in=["restrict", "restricted"]) | Q(desk="refuse"),
                name="mastodon_only_people_restrict",
            ),
        )

    def __str__(self) -> str:
        return f"Told({self.kind}, {self.state})"


class Move(models.Model):
    """One step: when, from where, to where, why."""

    media = models.ForeignKey(QueuedMedia, on_delete=models.CASCADE, related_name="moves")
    at = models.DateTimeField()
    before = models.CharField(max_length=12)
    after = models.CharField(max_length=12)
    why = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"Move({self.before} → {self.after})"
