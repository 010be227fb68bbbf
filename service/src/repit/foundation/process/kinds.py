"""The kinds of installations, and how a sentence names them. Pure.

In: nothing. Out: roles, their names. Next: `starting`, `present`, `acting`.
"""

from typing import Final

from repit.foundation.errors import Text

ROLES: Final = ("hotline", "gate", "both")
NAMES: Final = {
    "hotline": Text("Hotline", "Plateforme d’aide"),
    "gate": Text("Platform", "Filtre"),
    "both": Text("Hotline and platform", "Plateforme d’aide et filtre"),
}
