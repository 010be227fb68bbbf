"""A form's mark: on whose page it stood, and a number that no other page has.

In: the page's owner. Out: text for a hidden field; the `Mark` again, if this service wrote it.
Next: forms that must come from a page of the session, forms sent twice (`once`), forms whose session is over:
the mark still says that such a session was, and whose, while the form itself opens nothing any more.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from repit.foundation.ids import token
from repit.foundation.kept import fields

FIELD: Final = "form"
_PURPOSE: Final = "mark of a form"
_RECENT: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, repr=False)
class Mark:
    """`session` and `whose` are what the page's room needs to know a session and its owner again; `page` is
    where the form stands; `number` is drawn for each page that is shown."""

    session: str
    whose: str
    page: str
    number: str
    age: timedelta

    @property
    def recent(self) -> bool:
        """Whether it is of a page of the last day: what is kept for it is kept for someone who was here."""
        return self.age <= _RECENT


def made(session: str, whose: str, page: str = "") -> str:
    """The value of the hidden field."""
    return fields.sealed(_PURPOSE, {"session": session, "whose": whose, "page": page, "number": token()})


def read(field: str) -> Mark | None:
    """The mark of a form that was sent; None for anything that this service did not write."""
    found = fields.opened(_PURPOSE, field) if field else None
    return None if found is None else Mark(**found[0], age=found[1])
