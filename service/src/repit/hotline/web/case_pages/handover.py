"""A code carried to another device: what is shown to a camera opens nothing alone.

In: a code that a browser may be shown, the browser's secret. Out: an `Offer`, an address and six digits; the
code again, for whoever brings both, until it is spent. Next: `other_device`.

The address holds a ticket, a random name that is nothing but that; the code is kept under it in
`foundation.kept`, sealed by it, for as long as the code can be shown. The six digits are shown beside the
picture and typed on the other device: whoever photographed the picture has the ticket, and five tries at a
million numbers, which are counted under the lock of their row before they are looked at. Then, or once it was
used, or when the receipt was practised or the page was left quickly, nothing is there any more. The words are
never in the picture.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from repit.foundation.errors import InputRefused, RequestRefused, Text
from repit.foundation.ids import token
from repit.foundation.kept import store
from repit.foundation.limits.counting import Counted, Limit, Rate
from repit.hotline.cases.access_codes import Code

OFFER: Final = "offered to another device"
_TICKET: Final = "ticket"
_BITS: Final = 96
_DIGITS: Final = 6
TRIES: Final = 5
_limit: Final = Limit("tickets", (Rate(TRIES, store.LASTS),))


class NoTicket(RequestRefused):
    """Over, used, guessed at too often, or never there: the same for all."""

    code = "no-ticket"
    status: ClassVar[int] = 410
    message = Text("This link is no longer of use.", "Ce lien ne sert plus.")
    next_step = Text(
        "It works once, for an hour at most, and for five tries at the six digits. On the first device, ask"
        " for a new one; or come back with the number and the words.",
        "Il marche une fois, pendant une heure au plus, et pour cinq essais des six chiffres. Sur le premier"
        " appareil, demandez-en un nouveau ; ou revenez avec le numéro et les mots.",
    )


class WrongDigits(InputRefused):
    code = "wrong-digits"
    message = Text("These are not the six digits.", "Ce ne sont pas les six chiffres.")
    next_step = Text(
        "Compare them with those on the first device.", "Comparez-les avec ceux du premier appareil."
    )


@dataclass(frozen=True, slots=True, repr=False)
class Offer:
    """What the first device shows."""

    ticket: str
    digits: str


@dataclass(frozen=True, slots=True, repr=False)
class Found:
    """What the other device gets, until when it may show it, and the try that found it."""

    code: Code
    until: datetime
    counted: Counted


def offer(secret: str, code: Code, until: datetime) -> None:
    """Make a ticket for a code that may be shown until then, in the place of the browser's last one. Neither
    the ticket nor what it gives lasts longer."""
    withdraw(secret)
    made = Offer(token(_BITS), f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}")
    store.keep(secret, OFFER, {"ticket": made.ticket, "digits": made.digits}, until=until)
    kept = {"number": code.number, "secret": code.secret, "digits": made.digits}
    store.keep(made.ticket, _TICKET, {**kept, "until": until.isoformat()}, until=until)


def offered(secret: str) -> Offer | None:
    """The browser's ticket, while it can be used."""
    kept = store.of(secret, OFFER)
    if kept is None or store.of(kept["ticket"], _TICKET) is None:
        return None
    return Offer(kept["ticket"], kept["digits"])


def withdraw(secret: str) -> None:
    """Nobody can use the browser's ticket any more."""
    kept = store.of(secret, OFFER)
    if kept is not None:
        store.wipe(kept["ticket"], _TICKET)
        store.wipe(secret, OFFER)


def found(ticket: str, typed: str) -> Found:
    """The code behind ticket and digits, which may be looked for until it is spent. Raises `NoTicket`,
    `WrongDigits`."""
    kept = store.of(ticket, _TICKET)
    if kept is None:
        raise NoTicket
    counted = _limit.count(ticket)
    if counted is None:
        store.wipe(ticket, _TICKET)
        raise NoTicket
    digits = "".join(sign for sign in typed if sign.isascii() and sign.isdigit())
    if not hmac.compare_digest(digits, kept["digits"]):
        if _limit.made(ticket, store.LASTS) >= TRIES:
            store.wipe(ticket, _TICKET)
            raise NoTicket
        raise WrongDigits
    return Found(Code(kept["number"], kept["secret"]), datetime.fromisoformat(kept["until"]), counted)


def spend(ticket: str) -> None:
    """In one transaction with what is given for it: it is of no use any more. Raises `NoTicket` where it was
    spent or withdrawn meanwhile."""
    if not store.wipe(ticket, _TICKET):
        raise NoTicket
