"""Refusals of the gate.

    Unavailable
    ├── Overloaded      every decoder is busy and the queue is full: come back in a second
    └── GateNotRunning  this process serves no gate
    NotGranted
    └── UrlsRefused     the operator does not let the gate fetch pictures by address

In: what went wrong. Out: errors of the service's tree. Next: the channels answer with them.
"""

from repit.foundation.errors import NotGranted, Text, Unavailable


class Overloaded(Unavailable):
    code = "overloaded"
    message = Text(
        "More uploads are waiting than can be looked at.", "Trop d’envois attendent d’être examinés."
    )
    next_step = Text("Send it again in a second.", "Renvoyez-le dans une seconde.")


class GateNotRunning(Unavailable):
    code = "gate-not-running"
    message = Text("This process serves no gate.", "Ce processus ne sert pas de filtre.")
    next_step = Text("Start one with `repit gate`.", "Lancez-en un avec `repit gate`.")


class UrlsRefused(NotGranted):
    code = "urls-refused"
    message = Text(
        "This gate does not fetch pictures by their address.",
        "Ce filtre ne va pas chercher d’image à son adresse.",
    )
    next_step = Text(
        "Send the file itself, or have the operator set REPIT_GATE_URLS.",
        "Envoyez le fichier lui-même, ou demandez à l’exploitant de régler REPIT_GATE_URLS.",
    )
