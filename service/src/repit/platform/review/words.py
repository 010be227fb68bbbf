"""What the gate knows by short codes, in words that people read.

In: a code of a decision. Out: `Text`. Next: the desk, statements of reasons, the sender's page. Pure. A code
that is not listed here gets a general word: codes are for software.
"""

from typing import Final

from repit.foundation.errors import Text

_DAMAGED: Final = Text("the file is damaged", "le fichier est abîmé")
_LARGE: Final = Text("it is larger than what is looked at", "il est plus grand que ce qui est examiné")
_LONG: Final = Text("it takes too long to look at", "il est trop long à examiner")
_FORMAT: Final = Text("its format is not read here", "son format n’est pas lu ici")
_ODD: Final = Text(
    "it was sent in a way that may hide something else",
    "il a été envoyé d’une façon qui peut cacher autre chose",
)
_NOT_READY: Final = Text("the filter was still starting", "le filtre démarrait encore")
_OTHER: Final = Text("the file could not be opened", "le fichier n’a pas pu être ouvert")
_UNSEEN: Final = {
    **dict.fromkeys(("damaged-picture", "damaged", "decoder-crashed", "damaged-video"), _DAMAGED),
    **dict.fromkeys(
        (
            "too-many-bytes",
            "too-many-pixels",
            "too-large",
            "too-much-memory",
            "too-many-frames",
            "video-too-large",
        ),
        _LARGE,
    ),
    **dict.fromkeys(("took-too-long", "no-time", "decoder-hung", "video-took-too-long"), _LONG),
    **dict.fromkeys(("unsupported-picture", "unsupported-video"), _FORMAT),
    "odd-form": _ODD,
    "not-loaded": _NOT_READY,
}
_CHANNELS: Final = {
    "check": Text("the platform’s own software", "le logiciel de la plateforme"),
    "bare": Text("the platform’s own software", "le logiciel de la plateforme"),
    "clamd": Text("the virus scanner’s door", "la porte de l’antivirus"),
    "icap": Text("the proxy", "le proxy"),
    "s3": Text("the file storage", "le stockage des fichiers"),
    "synapse": Text("Matrix", "Matrix"),
    "mastodon": Text("Mastodon", "Mastodon"),
    "wordpress": Text("WordPress", "WordPress"),
}
_ANOTHER: Final = Text("another channel", "un autre canal")
_EXCHANGES: Final = {
    "repit": "Répit",
    "stopncii": "StopNCII",
    "ncmec": "NCMEC",
    "threatexchange": "ThreatExchange",
}


def unseen(reason: str) -> Text:
    """Why a file could not be looked at, as the end of a sentence."""
    return _UNSEEN.get(reason, _OTHER)


def channel(code: str) -> Text:
    """By which way an upload came."""
    return _CHANNELS.get(code, _ANOTHER)


def exchange(code: str) -> str:
    """The name of an exchange; names are the same in every language."""
    return _EXCHANGES.get(code, code)
