"""A form that is sent twice does what it says once.

In: the form's mark, where it was sent to, what was in it. Out: the first one's answer, or the way to the same
page. Next: the views that write.

A double press, the retry after an answer that never arrived, a reload: the same form of the same page with
the same words. What it does and the note that it was done are one transaction; whoever comes second waits for
it, then is sent where the first was sent. The same page with other words is another act. An answer that is
no redirect (a refusal, with what was typed) has done nothing and leaves no note.
"""

from collections.abc import Callable
from typing import Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from repit.foundation.kept import marks, store
from repit.foundation.kept.marks import Mark
from repit.foundation.sealing import keyed_digest

_DONE: Final = "done"
NOT_COMPARED: Final = (marks.FIELD, "csrfmiddlewaretoken")
_REDIRECTS: Final = (301, 302, 303)


class _Twice(Exception):
    """Someone was here before."""


def led_to(request: HttpRequest, mark: Mark) -> HttpResponse | None:
    """The way to where the same form was sent before, if it was."""
    done = store.of(_act(request, mark), _DONE)
    return HttpResponseRedirect(done["to"]) if done else None


def only(request: HttpRequest, mark: Mark, act: Callable[[], HttpResponse]) -> HttpResponse:
    """Do it, unless it was done."""
    secret = _act(request, mark)
    try:
        with transaction.atomic():
            if not store.claim(secret, _DONE):
                raise _Twice
            answer = act()
            if answer.status_code in _REDIRECTS:
                store.keep(secret, _DONE, {"to": answer["Location"]})
            else:
                store.wipe(secret, _DONE)
            return answer
    except _Twice:
        return led_to(request, mark) or HttpResponseRedirect(mark.page or request.path)


def _act(request: HttpRequest, mark: Mark) -> str:
    """Known only to who has the form: its number is drawn at random and stands nowhere else."""
    parts = [mark.number, request.path]
    for name, values in sorted(request.POST.lists()):
        if name not in NOT_COMPARED:
            parts += [name, *values, ""]
    return keyed_digest("form sent once", *(part.encode("utf-8", "surrogatepass") for part in parts)).hex()
