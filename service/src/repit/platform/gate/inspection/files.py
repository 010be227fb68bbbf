"""The very file of an upload, known again under the operator's key.

In: a question, the files that people at this platform let go. Out: a keyed digest; whether the file passes.
Next: `inspector`, `decisions`.

People who let one upload go say nothing of any item, and the machine would refuse the very same file again
the next minute. So that file passes, and no other, for as long as it surely agrees with no other item than
those that people saw beside it: whoever submits the same picture tomorrow is protected.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

from repit.foundation.sealing import keyed_digest
from repit.platform.gate.inspection.question import BareHashes, LongFile, OneUpload, WholeFile
from repit.platform.gate.policy import CANARY
from repit.platform.gate.verdict import SURE, Evidence, Here

_BYTES: Final = 20


def known_by(question: OneUpload) -> str:
    """By what the very file is known again; empty where no file was seen."""
    digest = _sha256(question)
    return keyed_digest("upload", digest)[:_BYTES].hex() if digest else ""


def passes(file: str, seen: Sequence[Evidence], here: Here) -> bool:
    """Whether people let this very file go, beside all that it surely agrees with."""
    items = here.files.get(file) if file else None
    if items is None:
        return False
    sure = {evidence.item for evidence in seen if evidence.tier in SURE}
    return sure <= items and CANARY not in sure


def _sha256(question: OneUpload) -> bytes | None:
    match question:
        case WholeFile(data=data):
            return hashlib.sha256(data).digest()
        case LongFile(digests=digests):
            return dict(digests).get("sha256")
        case BareHashes(hashes=hashes):
            return next((hashed.value for hashed in hashes if hashed.algorithm == "sha256"), None)
        case _:
            return None
