"""What the pages say at this moment, at hand in the memory of the process.

In: three tables, read again when something was changed. Out: `current`: no page asks the database, and the
helplines are there even when it is not. Next: the pages; `hotline.loops.refresh_pages` calls `refresh`.
"""

from typing import Final

from repit.hotline.awareness.composing import Entry, Published, Texts, composed, entries
from repit.hotline.awareness.models import HelplineRow, PageText, Revision

_BEFORE_ANY: Final = -1


class _Kept:
    published: Published = composed(_BEFORE_ANY, {}, ())


_kept: Final = _Kept()


def current() -> Published:
    """What pages say; as it ships with the code until `refresh` was called."""
    return _kept.published


def refresh() -> None:
    """Read anew, if anything was changed since: one question, three more where it was."""
    revision = number()
    if revision != _kept.published.revision:
        _kept.published = composed(revision, texts(), HelplineRow.objects.all())


def number() -> int:
    """How often anything was changed."""
    return Revision.objects.filter(pk=1).values_list("number", flat=True).first() or 0


def texts() -> Texts:
    """Every field that says something."""
    return {(row.key, row.language): row.text for row in PageText.objects.all()}


def listed() -> list[Entry]:
    """Every helpline, for the desk."""
    return entries(texts(), HelplineRow.objects.all())
