"""Pages that are the person's alone, whatever a helper was granted.

In: a view of a session. Out: the same, refused to helpers before it looks at anything. Next: `my_case`.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from repit.foundation.errors import NotGranted, Text
from repit.hotline.cases.sessions import OpenSession

View = Callable[..., HttpResponse]


def owner_only(view: View) -> View:
    """Raises `NotGranted` for whoever came with a helper's code."""

    @wraps(view)
    def page(request: HttpRequest, session: OpenSession, *args: Any, **kwargs: Any) -> HttpResponse:
        if session.file.holder.kind != "person":
            raise NotGranted(
                Text(
                    "This page is open only to the person whose case it is.",
                    "Cette page n’est ouverte qu’à la personne concernée. Demandez-lui.",
                ),
                Text(
                    "Go back to the overview: it shows what you were given.",
                    "Revenez à l’aperçu : il montre ce qui vous a été confié.",
                ),
            )
        return view(request, session, *args, **kwargs)

    return page
