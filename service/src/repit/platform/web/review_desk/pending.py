"""What a moderator decided just now, and the button that undoes it.

In: a member. Out: what stands around each page of the desk; an undo. Next: `views`, the templates. Without
script the button stays where it is, and says so if it comes too late; with it the seconds are counted down.
"""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from repit.foundation.staff import drafts
from repit.foundation.staff.guards import needs
from repit.foundation.staff.models import Member
from repit.platform.review import undoing, wellbeing


def around(member: Member) -> dict[str, Any]:
    """How the member is doing, and what they may still undo."""
    return {"workload": wellbeing.workload(member), "pending": undoing.undoable(member)}


@require_POST
@needs("review.work", "review.second")
def undo(request: HttpRequest, member: Member, name: str) -> HttpResponse:
    """Hold it again, with what was chosen; what else the member holds goes back to the queue."""
    page = reverse("review-item", args=[name])
    try:
        with transaction.atomic():
            answer = undoing.undo(member, name)
            outcome = "free" if answer.picture else answer.outcome
            words = {"outcome": outcome, "ground": answer.ground, "why": answer.why}
            # What was sent since, to decide otherwise, is what the member thinks now.
            since = {name: str(value) for name, value in drafts.typed_on(request, page).items()}
            drafts.put_back(request, page, words | since)
    except undoing.TooLate as late:
        messages.info(request, " ".join(late.shown(request.LANGUAGE_CODE)))
        return HttpResponseRedirect(reverse("review-queue"))
    messages.info(request, _("Undone. You hold it again, with what you had chosen."))
    return HttpResponseRedirect(page)
