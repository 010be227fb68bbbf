"""The refusal of whoever finds no room.

    Unavailable
    └── Busy   more requests, or more bytes of them, than can be held: come back

In: nothing. Out: an error of the service's tree. Next: whoever answers.
"""

from repit.foundation.errors import Text, Unavailable


class Busy(Unavailable):
    code = "busy"
    message = Text("More is asked for than can be answered.", "Trop de demandes arrivent à la fois.")
    next_step = Text("Try again in a few seconds.", "Réessayez dans quelques secondes.")
