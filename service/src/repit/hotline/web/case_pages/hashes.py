"""The hashes that the device page puts into its form.

In: the field `hashes`, JSON of the same form as `items` of `POST /api/v1/cases`; or, from a browser without
script, the text of the page for use without internet, pasted as it is. Out: submissions. Next: `intake`,
`my_case`.
"""

import json
from dataclasses import replace
from typing import Any, Final

from pydantic import ValidationError

from repit.foundation.errors import InputRefused, Text
from repit.foundation.hashes import Kind
from repit.hotline.bank.types import Submission
from repit.hotline.web.case_pages.api import CaseIn, submission

_CARRIED: Final = "hashes 1"
"""The form of the carried text; `browser/src/carried.ts` writes it."""
_UNREADABLE = InputRefused(
    Text("The fingerprints could not be read.", "Les empreintes n’ont pas pu être lues."),
    Text("Work them out again on your device.", "Calculez-les de nouveau sur votre appareil."),
)


def submissions(field: str) -> list[Submission]:
    """What was worked out on the device; nothing where nothing was. Raises `InputRefused`."""
    if not field.strip():
        return []
    try:
        body = CaseIn.model_validate({"items": _items(json.loads(field))})
    except (ValueError, ValidationError, RecursionError):
        raise _UNREADABLE from None
    return [submission(item) for item in body.items]


def _items(body: Any) -> Any:
    """The list itself, or that of a carried text, which leaves the kind to the form that it comes to."""
    if not isinstance(body, dict) or body.get("repit") != _CARRIED or not isinstance(body.get("items"), list):
        return body
    return [{"kind": "intimate", **item} if isinstance(item, dict) else item for item in body["items"]]


def of_kind(field: str, kind: Kind) -> list[Submission]:
    """The same, all of the kind that the person declared. Raises `InputRefused`."""
    return [replace(item, kind=kind) for item in submissions(field)]
