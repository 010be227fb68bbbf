"""What is amiss with the pages, for whoever can mend it.

In: what is said, what is not. Out: sentences, helplines that must be called again. Next: the overview.
"""

from django.utils.translation import gettext as _

from repit.hotline.awareness import composing, published
from repit.hotline.awareness.composing import Entry, Texts
from repit.hotline.awareness.fields import DATA
from repit.hotline.web.pages_desk.words import Section


def missing(section: Section, texts: Texts) -> list[str]:
    """The languages in which something of a section lacks while the other language has it."""
    found = {
        composing.words(texts, asked.key).missing for asked in section.asked if section.fields[asked.key].both
    }
    return sorted(found - {""})


def unfilled(section: Section, texts: Texts) -> list[str]:
    """What pages that are open to people should say and do not, as the form calls it."""
    return [
        str(asked.label)
        for asked in section.asked
        if asked.needed and not composing.words(texts, asked.key) and not texts.get((asked.key, ""))
    ]


def of_pages(texts: Texts) -> list[str]:
    """What a hotline that is open to people should not be without."""
    found = []
    if not composing.words(texts, "legal.operator") or not composing.words(texts, "legal.host"):
        found.append(_("The legal notice does not say who runs the service and who hosts it."))
    if not any(composing.words(texts, key) for key in DATA):
        found.append(_("The legal notice does not say who is responsible for people’s data."))
    if not published.current().is_reachable and not any(
        texts.get(place) for place in (("phone", ""), ("mail", ""), ("reach", "en"), ("reach", "fr"))
    ):
        found.append(_("The pages name no way to reach you."))
    return found


def stale() -> list[Entry]:
    """Helplines that nobody checked for three months."""
    return [entry for entry in published.listed() if entry.is_stale]
