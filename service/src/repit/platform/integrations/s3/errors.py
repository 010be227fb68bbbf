"""Refusals at the storage's channel.

    OutboundRefused
    ├── StoreRefused    the storage does not let this be done: a key, a right, a name
    │   └── NoRoom      the object carries as many tags as it may
    └── PeerFailed
        └── StoreBusy   it says to come back later
    NotFound
    └── Gone            the object, its version or its bucket is not there any more
    TransitionRefused
    └── Changed         other bytes stand there by now

In: what the storage answered. Out: errors of the service's tree. Next: `worker`, the commands.
"""

from repit.foundation.errors import NotFound, OutboundRefused, PeerFailed, Text, TransitionRefused


class StoreRefused(OutboundRefused):
    code = "store-refused"
    message = Text("The object storage refuses.", "Le stockage d’objets refuse.")
    next_step = Text(
        "Check the access key’s rights: read, tag, and for a move copy and delete.",
        "Vérifiez les droits de la clé d’accès : lire, étiqueter, et pour déplacer, copier et supprimer.",
    )


class NoRoom(StoreRefused):
    code = "no-room-for-a-tag"
    message = Text("The object carries ten tags already.", "L’objet porte déjà dix étiquettes.")
    next_step = Text(
        "Set REPIT_GATE_S3_QUARANTINE=move, or remove one of its tags.",
        "Réglez REPIT_GATE_S3_QUARANTINE=move, ou retirez-lui une étiquette.",
    )


class StoreBusy(PeerFailed):
    code = "store-busy"
    message = Text("The object storage is busy.", "Le stockage d’objets est occupé.")


class Gone(NotFound):
    code = "object-gone"
    message = Text("The object is not there any more.", "L’objet n’est plus là.")


class Changed(TransitionRefused):
    code = "object-changed"
    message = Text("Other bytes stand there by now.", "D’autres octets s’y trouvent à présent.")
