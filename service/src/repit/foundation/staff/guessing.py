"""How often a password or a code may be guessed, and by whom, so that nobody who guesses holds a member up.

In: a request, the name that is tried. Out: a `Guess`, counted before it is made; or `HeldBack`. Next: the
adapter (passwords), `forms` (codes).

- A browser that knows the member counts by itself; nothing that strangers do reaches its count.
- All browsers that do not know the member count together, by the member: many addresses guess no more often
  than one. The same holds for a name that nobody has, so that a refusal does not tell which names exist.
- They count by where they come from, too, whatever the name: one address tries few passwords on many names.
  Behind a proxy that was not declared (REPIT_PROXIES) nobody is told apart, and this count is left out.
- A passkey counts nowhere: it cannot be guessed.

So whoever guesses at a name holds up those browsers only in which its member never signed in. There a passkey
works, or a link that a supervisor gives (`letting_in`).
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Final, Literal

from django.http import HttpRequest

from repit.foundation.errors import RequestRefused, Text
from repit.foundation.limits.counting import DAY, HOUR, Counted, Limit, Rate
from repit.foundation.staff import browsers
from repit.foundation.staff.models import Member
from repit.foundation.web.origins import address_of

What = Literal["password", "code"]
RATES: Final = (Rate(5, timedelta(minutes=5)), Rate(20, DAY))
BY_SOURCE: Final = Limit("guesses by source", (Rate(30, HOUR),), origins=True)


class HeldBack(RequestRefused):
    """Too many wrong tries; says for how long, and which ways stay open."""

    code = "held-back"
    status = 429
    message = Text("Too many wrong tries.", "Trop d’essais faux.")

    def __init__(self, wait: timedelta = timedelta(minutes=5)) -> None:
        minutes = max(1, ceil(wait.total_seconds() / 60))
        super().__init__(
            next_step=Text(
                "In this browser, try again in"
                f" {_lasting(minutes, 'minute')}. A passkey works at once, and so does a browser in which you"
                " signed in before. Or ask your supervisor for a link.",
                "Dans ce navigateur, réessayez dans"
                f" {_lasting(minutes, 'minute')}. Une clé d’accès marche tout de suite, et un navigateur où"
                " vous vous êtes déjà connecté aussi. Ou demandez un lien à votre superviseur.",
            )
        )


@dataclass(frozen=True, slots=True, repr=False)
class Guess:
    """One try, counted wherever it counts."""

    counted: Sequence[Counted]

    def was_right(self) -> None:
        """It costs nothing."""
        for deed in self.counted:
            deed.give_back()


def begin(what: What, request: HttpRequest, name: str) -> Guess:
    """Count a try at a name. Raises `HeldBack`."""
    member = Member.objects.named(name)
    browser = browsers.known(request, member) if member else None
    if browser is not None:
        own = _by_browser(what).count(str(browser.pk))
        if own is not None:
            return Guess((own,))
    source, counted = address_of(request), list[Counted]()
    if source:
        there = BY_SOURCE.count(source)
        if there is None:
            raise HeldBack(BY_SOURCE.free_in(source))
        counted.append(there)
    who, by_member = _who(member, name), _by_member(what)
    named = by_member.count(who)
    if named is None:
        Guess(counted).was_right()  # no guess was made
        raise HeldBack(by_member.free_in(who))
    return Guess((*counted, named))


@dataclass(frozen=True, slots=True)
class Strain:
    """What strangers try at a member: wrong tries of the last day, and until when they are held back."""

    passwords: int
    codes: int
    held_back_for: timedelta


def strain(member: Member) -> Strain:
    """What a supervisor is told."""
    who = _who(member, member.name)
    passwords, codes = _by_member("password"), _by_member("code")
    held_back_for = max(passwords.free_in(who), codes.free_in(who))
    return Strain(passwords.made(who, DAY), codes.made(who, DAY), held_back_for)


def _by_browser(what: What) -> Limit:
    return Limit(f"{what} by browser", RATES)


def _by_member(what: What) -> Limit:
    return Limit(f"{what} by member", RATES)


def _who(member: Member | None, name: str) -> str:
    if member is not None:
        return f"member {member.pk}"
    return f"nobody {unicodedata.normalize('NFKC', name).casefold()}"


def _lasting(minutes: int, unit: str) -> str:
    """Both languages say it alike."""
    return f"{minutes} {unit}{'s' if minutes > 1 else ''}" if minutes < 120 else f"{ceil(minutes / 60)} h"
