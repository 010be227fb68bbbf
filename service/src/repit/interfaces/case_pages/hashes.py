"""The hashes that the device page puts into its form.

In: the field `hashes`, JSON of the same form as `items` of `POST /api/v1/cases`. Out: submissions. Next:
`intake`, `my_case`.
"""

import json
from dataclasses import replace

from pydantic import ValidationError

from repit.bank.types import Kind, Submission
from repit.foundation.errors import InputRefused, Text
from repit.interfaces.case_pages.api import CaseIn, submission

_UNREADABLE = InputRefused(
    Text("The codes could not be read.", "Les codes n'ont pas pu être lus."),
    Text("Work them out again on your device.", "Calculez-les de nouveau sur votre appareil."),
)


def submissions(field: str) -> list[Submission]:
    """What was worked out on the device; nothing where nothing was. Raises `InputRefused`."""
    if not field.strip():
        return []
    try:
        body = CaseIn.model_validate({"items": json.loads(field)})
    except (ValueError, ValidationError, RecursionError):
        raise _UNREADABLE from None
    return [submission(item) for item in body.items]


def of_kind(field: str, kind: Kind) -> list[Submission]:
    """The same, all of the kind that the person declared. Raises `InputRefused`."""
    return [replace(one, kind=kind) for one in submissions(field)]
