"""When something on our side is in the way: what the person is told, and that nothing of theirs is lost.

In: whatever went wrong in a view. Out: `NotNow`, or nothing where it was something else. Next: `guards`,
`intake`; `/ready` tells the operator what it is (`foundation.health`).

A full disk, a database that is away or takes no writes, a file of keys that is missing or foreign: a person
can do nothing about any of these, and need not know which it is.
"""

from typing import Final

from django.db import DatabaseError

from repit.foundation.errors import DatabaseUnavailable, SealBroken, SettingsRefused, Text, Unavailable
from repit.foundation.mapping import named

_KINDS: Final = (Unavailable, SettingsRefused, SealBroken)


class NotNow(Unavailable):
    """`sent`: of a form; else of a page that was only to be shown."""

    code = "not-now"
    retry_seconds = 120

    def __init__(self, *, sent: bool = False) -> None:
        super().__init__(*(_FORM if sent else _PAGE))


def met(error: Exception, *, sent: bool) -> NotNow | None:
    """The same for a person, if it was something of ours."""
    ours = named(error)
    if isinstance(error, DatabaseError) and not isinstance(ours, DatabaseUnavailable):
        return None  # two at once, or a value that does not fit: answered as before
    return NotNow(sent=sent) if isinstance(ours, _KINDS) else None


_FORM: Final = (
    Text(
        "This could not be taken just now. Something does not work on our side; it isn’t your fault.",
        "Nous n’avons pas pu recevoir ceci pour l’instant. Quelque chose ne marche pas de notre côté ; vous"
        " n’y êtes pour rien.",
    ),
    Text(
        "Nothing was sent, and what you wrote is still on this page. Leave it open, wait a few minutes, then"
        " press the button again: it counts once, however often you press. If you do not want to wait alone,"
        " the page “Who can help” says whom you can call.",
        "Rien n’a été envoyé, et ce que vous avez écrit est toujours sur cette page. Laissez-la ouverte,"
        " attendez quelques minutes, puis appuyez de nouveau sur le bouton : cela compte une seule fois, même"
        " si vous appuyez plusieurs fois. Si vous ne voulez pas attendre sans personne, la page « Qui peut"
        " aider » dit qui appeler.",
    ),
)
_PAGE: Final = (
    Text(
        "This page cannot be shown just now. Something does not work on our side; it isn’t your fault.",
        "Cette page ne peut pas s’afficher pour l’instant. Quelque chose ne marche pas de notre côté ; vous"
        " n’y êtes pour rien.",
    ),
    Text(
        "Nothing of yours is lost, and what is protected stays protected. Wait a few minutes, then open it"
        " again. If you do not want to wait alone, the page “Who can help” says whom you can call.",
        "Rien de ce qui est à vous n’est perdu, et ce qui est protégé le reste. Attendez quelques minutes,"
        " puis rouvrez-la. Si vous ne voulez pas attendre sans personne, la page « Qui peut aider » dit qui"
        " appeler.",
    ),
)
