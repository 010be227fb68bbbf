"""Forms come in an encoding of text that everybody knows, or not at all.

In: requests. Out: the same, or 400. Next: the views, which read forms. Django believes whatever codec a
request names: some of Python's are no text (`zlib`, `hex`) and end in an error of the server, some hide
letters from whoever looks at the bytes (`utf-7`).

What is no form keeps its bytes; there the claim means nothing here, and is forgotten.
"""

import re
from collections.abc import Callable
from typing import Final

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

from repit.foundation.errors import InputRefused, Text
from repit.foundation.web.problems import MACHINE_PATHS, problem
from repit.foundation.web.wsgi import Unreadable

_KNOWN: Final = frozenset(
    {"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin-1", "latin1", "windows-1252"}
)
_FORMS: Final = re.compile(r"\s*(?:multipart/|application/x-www-form-urlencoded)", re.IGNORECASE)
_PARAMETER: Final = re.compile(r";\s*charset", re.IGNORECASE)


class CharsetRefused(InputRefused):
    code = "charset-refused"
    message = Text(
        "The form’s character encoding is not known here.",
        "L’encodage des caractères du formulaire n’est pas connu ici.",
    )
    next_step = Text("Send the form in UTF-8.", "Envoyez le formulaire en UTF-8.")


class KnownCharsets:
    """Middleware: see the module's words."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        kind = request.META.get("CONTENT_TYPE", "")
        if _FORMS.match(kind) is None:
            if request.encoding is not None:
                request.encoding = "utf-8"
            return self._get_response(request)
        if not isinstance(request, Unreadable) and _is_known(request, kind):
            return self._get_response(request)
        if request.path.startswith(MACHINE_PATHS):
            return problem(CharsetRefused())
        raise BadRequest(CharsetRefused.message.en)


def _is_known(request: HttpRequest, kind: str) -> bool:
    named_charsets = _PARAMETER.findall(kind)
    named = (request.content_params or {}).get("charset", "")
    return not named_charsets or (len(named_charsets) == 1 and named.strip().lower() in _KNOWN)
