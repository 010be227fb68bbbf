"""What the person's device does: hash the picture or the film, and let nothing but the hashes leave.

In: the file's bytes. Out: one item for the hotline's JSON API: of a picture the standard hash and up to eight
anchored ones, of a film its moments. Next: `story` sends it.
"""

import base64
import hashlib
from typing import Any

import numpy as np

from repit.foundation.errors import InputRefused, Text
from repit_engine.anchors import bank_family, warm_up
from repit_engine.errors import PictureRefused
from repit_engine.moments import moments_of, to_bytes
from repit_engine.picture import open_picture
from repit_engine.stoplist import package_stoplist
from repit_engine.types import Hash
from repit_engine.video import open_video


def get_ready() -> None:
    """Load the kernels of the device, as the page's script is loaded before a picture is chosen."""
    warm_up()


def submission(picture: bytes) -> dict[str, Any]:
    """The item of a new case. Raises `InputRefused` where the picture cannot be hashed."""
    try:
        family = bank_family(open_picture(picture, full=True))
    except PictureRefused as refusal:
        raise InputRefused(
            Text(refusal.message, "Cette image ne peut pas être calculée en empreinte."),
            Text(refusal.next_step, "Choisissez-en une autre."),
        ) from None
    kept = ~package_stoplist().near(family.hashes)
    kept[0] = True  # the standard hash is what every system compares
    hashes = [
        {
            "algorithm": "pdq",
            "role": "anchored" if row else "whole",
            "value": Hash.from_row(family.hashes[row]).hex,
            "quality": int(family.qualities[row]),
        }
        for row in np.flatnonzero(kept).tolist()
    ]
    return {"media": "picture", "kind": "intimate", "hashes": hashes}


def film_submission(film: bytes) -> dict[str, Any]:
    """The item of a film. Raises `VideoRefused`."""
    with open_video(film) as video:
        moments = to_bytes(moments_of(video))
    digest = {"algorithm": "sha256", "role": "whole", "value": hashlib.sha256(film).hexdigest()}
    return {
        "media": "video",
        "kind": "intimate",
        "hashes": [digest],
        "moments": base64.b64encode(moments).decode(),
    }
