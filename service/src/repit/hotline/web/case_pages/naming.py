"""What the person calls their pictures.

In: a session, a plain form with a field for each item. Out: a page; the names in the case. Next: `my_case`,
which shows them.
"""

from django.http import HttpRequest, HttpResponse

from repit.foundation.errors import InputRefused
from repit.hotline.cases import nicknames as called
from repit.hotline.cases import service
from repit.hotline.cases.sessions import OpenSession
from repit.hotline.web.case_pages import answering
from repit.hotline.web.case_pages.guards import session_page
from repit.hotline.web.case_pages.owners import owner_only


@session_page
@owner_only
def nicknames(request: HttpRequest, session: OpenSession) -> HttpResponse:
    """A name for each picture, if the person likes; an empty field takes it off."""
    typed, error = answering.typed(request, session), None
    view = service.view(session.file)
    items = view.status.items if view.status else ()
    names = {item.number: typed.get(_field(item.number), "") for item in items}
    if request.method == "POST":
        try:
            sent = {number: name for number, name in names.items() if _field(number) in typed}
            called.put(session.file, sent)
            return answering.done(request, "my-nicknames", "my-case")
        except InputRefused as refused:
            error = refused
    rows = [(item, _field(item.number), names[item.number] if typed else item.nickname) for item in items]
    values = {"view": view, "rows": rows, "most": called.MAX_CHARACTERS, "from_before": typed}
    too_long = next((_field(number) for number, name in names.items() if called.is_too_long(name)), "")
    return answering.page(request, "my_nicknames", values, session, error, field=too_long)


def _field(number: int) -> str:
    return f"nickname-{number}"
