"""Refusals of the gate.

    Unavailable
    ├── Overloaded      every decoder is busy and the queue is full: come back in a second
    └── GateNotRunning  this process serves no gate

In: what went wrong. Out: errors of the service's tree. Next: the doors answer with them.
"""

from repit.foundation.errors import Text, Unavailable


class Overloaded(Unavailable):
    code = "overloaded"
    message = Text(
        "More uploads are waiting than can be looked at.", "Trop d'envois attendent d'être examinés."
    )
    next_step = Text("Send it again in a second.", "Renvoyez-le dans une seconde.")


class GateNotRunning(Unavailable):
    code = "gate-not-running"
    message = Text("This process serves no gate.", "Ce processus ne sert pas de filtre.")
    next_step = Text("Start one with `repit gate`.", "Lancez-en un avec `repit gate`.")
