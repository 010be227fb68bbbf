"""What the person's device does: hash the picture, and let nothing but the hashes leave.

In: the picture's bytes. Out: one item for the hotline's JSON API. Next: `story` sends it.
"""

from typing import Any

from repit.foundation.errors import InputRefused, Text
from repit_engine import Hashed, hash_picture


def submission(picture: bytes) -> dict[str, Any]:
    """The item of a new case. Raises `InputRefused` where the picture cannot be hashed."""
    outcome = hash_picture(picture, full=True)
    if not isinstance(outcome, Hashed):
        raise InputRefused(
            Text(outcome.message, "Cette image ne peut pas être calculée en empreinte."),
            Text(outcome.next_step, "Choisissez-en une autre."),
        )
    whole = {"algorithm": "pdq", "role": "whole", "value": outcome.hash.hex, "quality": outcome.quality}
    return {"media": "picture", "kind": "intimate", "hashes": [whole]}
