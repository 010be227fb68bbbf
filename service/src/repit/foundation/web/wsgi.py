"""Requests whatever their Content-Type says.

In: a WSGI environment. Out: `application`, which the servers serve. Next: the middleware, `charsets` first.

Django takes the header apart while it makes a request, and believes whatever codec that names; where that
fails there is no request, and nobody to answer with a sentence.
"""

from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest


class Unreadable(WSGIRequest):
    """A request of whose Content-Type nothing but the kind can be read."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        self.content_type = str(meta.get("CONTENT_TYPE", "")).partition(";")[0].strip().lower()
        self.content_params = {}


class Handler(WSGIHandler):
    """Django's, except that no Content-Type keeps it from having a request."""

    @staticmethod
    def request_class(environ: dict[str, Any]) -> WSGIRequest:  # type: ignore[override]
        """The request of one environment."""
        try:
            return WSGIRequest(environ)
        except (ValueError, LookupError):
            return Unreadable(environ)


def application() -> WSGIHandler:
    """The application for a WSGI server, Django set up."""
    django.setup(set_prefix=False)
    return Handler()
