"""The days on which the clock of cases acts, in steps so wide that they do not say when somebody came back.

In: a day. Out: a day. Next: the steps of a case, its signs of life.

Were the day exact, it would say on which day a person was last here, and the bank says on which day items
were taken back. So an open case without a sign ends as a quarter begins, and what is left of one that
protects nothing any more goes as a month begins. Closing is exact: words are promised to go after so many
days.
"""

from datetime import date, timedelta

from django.conf import settings


def after_silence(today: date) -> date:
    """When a case closes of which nothing is heard from now on: at the beginning of the next quarter."""
    least = today + timedelta(days=settings.REPIT_CASE_IDLE_DAYS)
    month = 3 * ((least.month - 1) // 3) + 1
    begins = least.replace(month=month, day=1)
    return begins if begins == least else (begins + timedelta(days=100)).replace(day=1)


def after_closing(today: date) -> date:
    """When the words of a closed case go."""
    return today + timedelta(days=settings.REPIT_CASE_RETENTION_DAYS)


def at_the_latest(today: date) -> date:
    """When a case that is only kept is looked at again: as many days later, or at the beginning of that month
    already."""
    last = after_closing(today)
    begins = last.replace(day=1)
    return begins if begins > today else last
