"""What follows a match: a report to the moderators; a measure only where a person decided, if that is set.

In: a row that is due, in `report` or `restrict`. Out: the row, moved on. Next: the server's moderators.

A process that is killed between the call and the row's step makes the call again: a second report costs a
look, a report that was never made costs someone their picture shown.
"""

import logging
from typing import Final

from django.conf import settings

from repit.foundation.errors import InputRefused, KeyRefused, NotFound, NotGranted, PeerBusy, PeerFailed, Text
from repit.platform.integrations.mastodon import queue
from repit.platform.integrations.mastodon.client import Mastodon
from repit.platform.integrations.mastodon.models import QueuedMedia
from repit.platform.review import sender_page

_KEY_SECONDS: Final = 600.0
_log: Final = logging.getLogger(__name__)
_COMMENT: Final = Text(
    "Répit: {what} {finding} Please look and decide; nothing was changed. Decisions at the gate: {names}",
    "Répit : {what} {finding} Regardez et décidez ; rien n’a été modifié. Décisions du filtre : {names}",
)
_AGREE: Final = Text(
    "Files here that agree with pictures someone asked to keep off this site: {count}.",
    "Fichiers d’ici qui concordent avec des images qu’une personne demande de ne pas diffuser : {count}.",
)
_UNSEEN: Final = Text(
    "Files here that could not be looked at: {count}. This says nothing of what they show.",
    "Fichiers d’ici qui n’ont pas pu être examinés : {count}. Cela ne dit rien de ce qu’ils montrent.",
)
_OBJECT: Final = Text(
    " Whoever sent it may read why, and object: {page}",
    " Qui l’a envoyé peut lire pourquoi, et contester : {page}",
)
_REFUSED: Final = Text(
    "A person at the gate’s desk refused it.", "Une personne l’a refusé au bureau de modération du filtre."
)
_REFERRED: Final = Text(
    "A person at the gate’s desk refers it to you, with urgency.",
    "Une personne du bureau de modération du filtre vous le transmet, en urgence.",
)
_NOBODY: Final = Text("Nobody has looked at it yet.", "Personne ne l’a encore regardé.")
_MEASURE: Final = Text(
    "A file agrees with a picture that someone asked to keep off this site; a person decided it.",
    "Un fichier concorde avec une image qu’une personne demande de ne pas diffuser ici ; quelqu’un a décidé.",
)


def report(row: QueuedMedia, server: Mastodon) -> None:
    """Open the report."""
    statuses = [row.subject] if row.kind == "status" else []
    try:
        made = server.report(row.account, statuses, _comment(row))
    except (PeerFailed, KeyRefused, NotGranted, NotFound, InputRefused) as error:
        _not_done(row, error)
        return
    further = row.desk == "refuse" and settings.REPIT_MASTODON_ACT == "sensitive"
    queue.move(row, "restrict" if further else "reported", report=made)


def restrict(row: QueuedMedia, server: Mastodon) -> None:
    """Mark the account's media as sensitive, naming the report."""
    try:
        server.mark_as_sensitive(row.account, row.report, _in_language(_MEASURE))
    except (PeerFailed, KeyRefused, NotGranted, NotFound, InputRefused) as error:
        _not_done(row, error)
        return
    queue.move(row, "restricted")


def _not_done(
    row: QueuedMedia, error: PeerFailed | KeyRefused | NotGranted | NotFound | InputRefused
) -> None:
    if isinstance(error, NotFound):
        queue.move(row, "gone")
    elif isinstance(error, InputRefused):
        _log.warning("the Mastodon server does not take it: %s", error.code)
        queue.move(row, "given-up", trouble=error.code)
    elif isinstance(error, KeyRefused | NotGranted):
        _log.error(
            "the Mastodon server refuses REPIT_MASTODON_TOKEN (%s); it is asked again later", error.code
        )
        queue.later(row, error.code, _KEY_SECONDS)
    else:
        queue.later(row, error.code, error.seconds if isinstance(error, PeerBusy) else None)


def _comment(row: QueuedMedia) -> str:
    """At most the thousand characters that Mastodon takes."""
    found = [decision for decision in row.decisions if decision["outcome"] in ("block", "review")]
    agree = sum(decision["seen"] for decision in found)
    what = (
        _in_language(_AGREE).format(count=agree) if agree else _in_language(_UNSEEN).format(count=len(found))
    )
    names = ", ".join(decision["decision"] for decision in found[:8] if decision["decision"])
    finding = _in_language({"refuse": _REFUSED, "refer": _REFERRED}.get(row.desk, _NOBODY))
    comment = _in_language(_COMMENT).format(what=what, finding=finding, names=names)
    number = next((each["decision"] for each in found if each["decision"]), None)
    # Nobody is to be warned of a referral.
    page = None if row.desk == "refer" else sender_page.address(number)
    where = _in_language(_OBJECT).format(page=page) if page else ""
    return comment[: 1000 - len(where)] + where


def _in_language(text: Text) -> str:
    return text.in_language(settings.REPIT_LANGUAGE)
