"""How a case ends, as the person goes through it: closed, or destroyed once they have read what that means.

In: a session, plain forms. Out: pages; each act is one call to `cases.closing`. Next: the browser.

Closing is done at once: a message opens the case again. What cannot be undone has a page of its own.
"""

from typing import Final, Literal

from django.http import HttpRequest, HttpResponse

from repit.foundation.errors import InputRefused, Text
from repit.hotline.cases import closing, service
from repit.hotline.cases.sessions import OpenSession
from repit.hotline.web.case_pages import answering, codes
from repit.hotline.web.case_pages.cookies import without_cookie
from repit.hotline.web.case_pages.guards import session_page
from repit.hotline.web.case_pages.owners import owner_only

What = Literal["words", "everything"]
_ASKS: Final[dict[str, str]] = {"words": "my-end-words", "everything": "my-end-everything"}


@session_page
@owner_only
def end(request: HttpRequest, session: OpenSession) -> HttpResponse:
    """Close the case, or choose what to destroy."""
    error = None
    if request.method == "POST":
        how = request.POST.get("how", "")
        if how == "close":
            closing.close(session.file)
            return answering.to("my-case")
        if how in _ASKS:
            return answering.to(_ASKS[how])
        error = InputRefused(
            Text("Nothing was changed.", "Rien n’a été changé."),
            Text("Choose one of the answers.", "Choisissez l’une des réponses."),
        )
    return answering.page(
        request, "my_end", {"view": service.view(session.file)}, session, error, field="how"
    )


@session_page
@owner_only
def destroy(request: HttpRequest, session: OpenSession, *, what: What) -> HttpResponse:
    """What will be destroyed, before it is."""
    if request.method == "POST":
        closing.erase_now(session.file, keep_protection=what == "words")
        if what == "words":
            return answering.to("my-case")
        codes.end_session(request)
        return without_cookie(answering.to("erased"))
    view = service.view(session.file)
    if what == "words" and view.state == "kept":
        return answering.to("my-end")
    return answering.page(request, "my_erase", {"view": view, "what": what}, session)
