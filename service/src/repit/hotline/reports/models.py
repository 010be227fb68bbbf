"""What is said of a month that is over: one row a month, rounded before it is written.

In: `counting`. Out: one table. Next: `figures`. A thief of the database reads here what anyone reads on the
page, and no more.
"""

from django.db import models
from django.db.models import F, Q

from repit.hotline.reports.rounding import STEP


class Month(models.Model):
    """A month by its first day. Null: it was not counted; zero: too few to show (`rounding`).

    `protected`: pictures and videos submitted here that were protected when it ended; `fresh`: those that
    came in it; `met`: copies of them that sites reported in it; `sites`: how many sites took part when it
    ended; `answer_days`: within how many days half of those who got a first answer in it had it.
    """

    month = models.DateField(primary_key=True)
    protected = models.IntegerField(null=True)
    fresh = models.IntegerField(null=True)
    met = models.IntegerField(null=True)
    sites = models.IntegerField(null=True)
    answer_days = models.IntegerField(null=True)

    class Meta:
        constraints = tuple(
            models.CheckConstraint(
                condition=Q(**{name: F(name) / STEP * STEP}) | Q(**{f"{name}__isnull": True}),
                name=f"month_{name}_is_rounded",
            )
            for name in ("protected", "fresh", "met")
        )

    def __str__(self) -> str:
        return "Month"
