"""What an installation says otherwise than the code does.

In: `editing`, `files`. Out: three tables. Next: `published`. Nothing here is of a person who asks for help.
"""

from django.db import models
from django.db.models import Q

from repit.hotline.awareness.places import PLACES


class Revision(models.Model):
    """One row: counts every change, so that processes see with one question whether there was any."""

    number = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(pk=1), name="awareness_has_one_revision"),)

    def __str__(self) -> str:
        return "Revision"


class PageText(models.Model):
    """One field of the pages (`fields`), in one language, or in none where it is the same in both."""

    key = models.CharField(max_length=30)
    language = models.CharField(max_length=2, blank=True)
    text = models.TextField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["key", "language"], name="awareness_text_once"),
            models.CheckConstraint(
                condition=Q(language__in=["", "en", "fr"]), name="awareness_language_known"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="awareness_text_says_something"),
        )

    def __str__(self) -> str:
        return "PageText"


class HelplineRow(models.Model):
    """A helpline that was added (`own`), or what is otherwise with one that ships with the code: its words
    (`own` too), its place in the order, that it is not shown, when it was checked here."""

    key = models.CharField(max_length=40, unique=True)
    own = models.BooleanField(default=False)
    hidden = models.BooleanField(default=False)
    position = models.IntegerField(null=True)
    place = models.CharField(max_length=30, blank=True)
    name_en = models.CharField(max_length=80, blank=True)
    name_fr = models.CharField(max_length=80, blank=True)
    does_en = models.CharField(max_length=300, blank=True)
    does_fr = models.CharField(max_length=300, blank=True)
    brief_en = models.CharField(max_length=120, blank=True)
    brief_fr = models.CharField(max_length=120, blank=True)
    hours_en = models.CharField(max_length=120, blank=True)
    hours_fr = models.CharField(max_length=120, blank=True)
    number = models.CharField(max_length=30, blank=True)
    dialled = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=200, blank=True)
    chat = models.CharField(max_length=200, blank=True)
    texts = models.CharField(max_length=30, blank=True)
    mail = models.CharField(max_length=120, blank=True)
    written_en = models.CharField(max_length=120, blank=True)
    written_fr = models.CharField(max_length=120, blank=True)
    languages = models.CharField(max_length=60, blank=True)
    free = models.CharField(max_length=3, blank=True)
    source = models.CharField(max_length=200, blank=True)
    checked_on = models.DateField(null=True)
    checked_by = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(own=False) | (Q(place__in=list(PLACES)) & (~Q(name_en="") | ~Q(name_fr=""))),
                name="awareness_own_helpline_is_whole",
            ),
            models.CheckConstraint(condition=Q(free__in=["", "yes", "no"]), name="awareness_free_known"),
            models.CheckConstraint(
                condition=Q(own=False) | ~Q(number="") | ~Q(address=""), name="awareness_helpline_is_reached"
            ),
        )

    def __str__(self) -> str:
        return "HelplineRow"
