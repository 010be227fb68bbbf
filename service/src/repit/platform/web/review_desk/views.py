"""The desk's pages: the queue, one upload at a time, a rest.

In: requests of members who may review. Out: pages. Next: `repit.platform.review` does what is decided. Each
look at an upload leaves a row in the audit, each opening of media another. What was decided just now stands
on every page, with a button that undoes it (`pending`).
"""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from repit.foundation import audit
from repit.foundation.errors import NotFound, RepitError, Text
from repit.foundation.staff import drafts
from repit.foundation.staff.guards import needs
from repit.foundation.staff.models import Member
from repit.foundation.web.complaints import about, complain
from repit.platform.review import deciding, grounds, media, queue, undoing, wellbeing
from repit.platform.review import words as code_words
from repit.platform.review.deciding import AnswerNotWhole
from repit.platform.review.images import kind_of
from repit.platform.review.models import Review, Step
from repit.platform.web.review_desk import evidence, pending, tickets

_SHOWN: Final = 50
_OBJECTIONS: Final = 5
_FREE: Final = "free"
"""Let it through, and the known picture with it."""
_NOT_HELD: Final = NotFound(
    Text("You do not hold this one.", "Vous ne tenez pas celui-ci."),
    Text("Take the next one from the queue.", "Prenez le suivant dans la file."),
)


@require_GET
@needs("review.work", "review.second", "review.oversee")
def queue_page(request: HttpRequest, member: Member) -> HttpResponse:
    """What waits, how the member is doing."""
    undoing.settle()
    queue.take_in()
    queue.free_overdue()
    waiting = queue.open_to(member).select_related("decision")
    held = queue.held_by(member)
    words = {
        **pending.around(member),
        "held": held,
        "rows": [
            (
                row,
                evidence.BASES.get(row.basis, row.basis),
                code_words.channel(row.decision.channel).in_language(request.LANGUAGE_CODE),
            )
            for row in waiting[:_SHOWN]
        ],
        "count": waiting.count(),
        "may_choose": member.may("review.second") and held is None,
    }
    return render(request, "review_desk/queue.html", words)


@require_POST
@needs("review.work", "review.second")
def take_next(request: HttpRequest, member: Member) -> HttpResponse:
    """The most pressing one, or the one that was chosen."""
    if wellbeing.workload(member).resting_until is not None:
        return HttpResponseRedirect(reverse("review-rest"))
    undoing.settle()
    chosen = request.POST.get("name", "")
    try:
        taken = queue.take_named(member, chosen) if chosen else queue.take(member)
    except NotFound:
        messages.info(request, _("Somebody else has just taken that one."))
        return HttpResponseRedirect(reverse("review-queue"))
    if taken is None:
        messages.info(request, _("Nothing waits for you now."))
        return HttpResponseRedirect(reverse("review-queue"))
    wellbeing.at_work(member)
    return HttpResponseRedirect(reverse("review-item", args=[taken.name]))


@require_POST
@needs("review.work", "review.second")
def give_back(request: HttpRequest, member: Member) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Let go of what one holds; no reason is asked for."""
    queue.give_back(member)
    return HttpResponseRedirect(reverse("review-queue"))


@needs("review.work", "review.second")
def rest(request: HttpRequest, member: Member) -> HttpResponse:
    """A break: begin one, see how long it lasts, end one that was one's own wish."""
    if request.method == "POST":
        if "back" in request.POST:
            wellbeing.back(member)
            return HttpResponseRedirect(reverse("review-queue"))
        queue.give_back(member)
        wellbeing.rest(member)
        return HttpResponseRedirect(reverse("review-rest"))
    return render(request, "review_desk/rest.html", pending.around(member))


@needs("review.work", "review.second", "review.oversee")
def keys(request: HttpRequest, member: Member) -> HttpResponse:
    """The keys of the desk, whether they act, and how long a decision can be undone."""
    if request.method == "POST":
        seconds = request.POST.get("undo_seconds", "")
        if seconds.isascii() and seconds.isdigit():
            wellbeing.set_undo_seconds(member, int(seconds[:4]))
        else:
            wellbeing.set_shortcuts(member, on="on" in request.POST)
        return HttpResponseRedirect(reverse("review-keys"))
    words = {**pending.around(member), "choices": wellbeing.UNDO_SECONDS}
    return render(request, "review_desk/keys.html", words)


@require_GET
@needs("review.work", "review.second")
def item(request: HttpRequest, member: Member, name: str) -> HttpResponse:
    """One upload, by its evidence."""
    if not _holds(member, name):
        return _let_go(request, member, name)
    review = _held(member, name)
    audit.record(member.name, "review looked at", review.name)
    return _item(request, member, review)


@require_POST
@needs("review.work", "review.second")
def open_media(request: HttpRequest, member: Member, name: str) -> HttpResponse:
    """The same page with the upload on it, grey and blurred; counted and written down."""
    review = _held(member, name)
    enough = _("You have opened enough for today. Decide on the evidence, or give it back.")
    if not wellbeing.workload(member).looks_left:
        # Before anything is opened: nothing leaves the platform for a look that will not be.
        messages.info(request, enough)
    elif not _is_there(review):
        messages.info(request, _("There is no picture to open here. The evidence is what there is."))
    elif not wellbeing.looked(member):
        messages.info(request, enough)
    else:
        audit.record(member.name, "review media opened", review.name)
        return _item(request, member, review, ticket=tickets.issue(member.pk, review.name))
    return _item(request, member, review)


def _is_there(review: Review) -> bool:
    """Whether there is a picture to open; a platform that does not hand it over leaves the evidence."""
    try:
        return media.kept(review) and kind_of(media.opened(review)) is not None
    except RepitError:
        return False


@require_GET
@needs("review.work", "review.second")
def media_bytes(request: HttpRequest, member: Member, name: str, ticket: str) -> HttpResponse:  # noqa: ARG001
    """The upload's bytes, once for each ticket. Raises `NotFound`."""
    review = _held(member, name)
    if not tickets.used(ticket, member.pk, review.name):
        raise _NOT_HELD
    content = media.opened(review)
    kind = kind_of(content)
    if kind is None:
        raise _NOT_HELD
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = "inline"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@require_POST
@needs("review.work", "review.second")
def decide(request: HttpRequest, member: Member, name: str) -> HttpResponse:
    """Decide, and go on to the next one; it takes effect once it can be undone no more."""
    outcome = request.POST.get("outcome", "")
    answer = deciding.Answer(
        "allow" if outcome == _FREE else outcome,
        request.POST.get("ground", ""),
        request.POST.get("why", "").strip(),
        picture=outcome == _FREE,
    )
    try:
        undoing.press(member, name, answer)
    except AnswerNotWhole as refused:
        if not _holds(member, name):
            return _let_go(request, member, name, answer)
        return _item(request, member, _held(member, name), refused=refused)
    except (NotFound, undoing.Pressed):
        return _let_go(request, member, name, answer)
    drafts.sent(request, reverse("review-item", args=[name]))
    wellbeing.at_work(member)
    if request.POST.get("then") == "queue":
        return HttpResponseRedirect(reverse("review-queue"))
    return take_next(request)


def _let_go(
    request: HttpRequest, member: Member, name: str, answer: deciding.Answer | None = None
) -> HttpResponse:
    """The member does not hold it (any more): they pressed twice, or went back in the browser, or wrote for
    so long that somebody else has it by now."""
    steps = Step.objects.filter(review__name=name).order_by("pk")
    last = steps.last()
    if last is None:
        raise _NOT_HELD
    pressed = undoing.pressed(member, name)
    if pressed or (last.member_id == member.pk and last.outcome):
        if answer not in (None, pressed):
            _announce(request, in_time=pressed is not None)
        now_held = queue.held_by(member)
        to = reverse("review-item", args=[now_held.name]) if now_held else reverse("review-queue")
        return HttpResponseRedirect(to)
    if request.method == "POST":
        drafts.keep(request)
    if drafts.typed_on(request, reverse("review-item", args=[name])):
        sentence = _(
            "You no longer hold that one. What you wrote is kept for an hour, in case you get it again."
        )
    elif steps.filter(member=member).exists():
        sentence = _("You no longer hold that one: it went back to the queue, or somebody else has it.")
    else:
        raise _NOT_HELD
    messages.info(request, sentence)
    return HttpResponseRedirect(reverse("review-queue"))


def _announce(request: HttpRequest, *, in_time: bool) -> None:
    """Whoever decides otherwise than they did learns that the first decision stands, and how to change it;
    while it can be undone, what they sent now stands in the form once they undo."""
    if in_time:
        drafts.keep(request)
    refused = undoing.Pressed() if in_time else undoing.TooLate()
    messages.info(request, " ".join(refused.shown(request.LANGUAGE_CODE)))


def _item(
    request: HttpRequest,
    member: Member,
    review: Review,
    ticket: str = "",
    refused: AnswerNotWhole | None = None,
) -> HttpResponse:
    language, here = request.LANGUAGE_CODE, reverse("review-item", args=[review.name])
    waits = {"why": undoing.words_of(member, review), **drafts.typed_on(request, here).dict()}
    if refused is not None:
        complain(request, *(about(each.field, each.text) for each in refused.missing))
    words = {
        **pending.around(member),
        "here": here,
        "typed": {**waits, **request.POST.dict()},
        "from_before": bool(waits["why"]) and not refused,
        "review": review,
        "decision": review.decision,
        "channel": code_words.channel(review.decision.channel).in_language(language),
        "unseen": code_words.unseen(review.decision.undecided).in_language(language),
        "agreements": evidence.agreements(review.decision),
        "indicators": evidence.indicators(review.decision),
        "steps": list(review.steps.select_related("member").order_by("pk")),
        "objections": list(review.objections.filter(answered_at__isnull=True).order_by("-pk")[:_OBJECTIONS]),
        "about": _about(review),
        "media_kept": media.kept(review),
        "ticket": ticket,
        "grounds": [
            {
                "code": ground.code,
                "kind": ground.kind,
                "title": ground.title.in_language(language),
                "text": ground.text.in_language(language),
            }
            for ground in grounds.grounds()
        ],
    }
    answer = render(request, "review_desk/item.html", words, status=refused.status if refused else 200)
    answer.is_final = True  # type: ignore[attr-defined] # the staff area leaves it as it is
    return answer


def _holds(member: Member, name: str) -> bool:
    review = queue.held_by(member)
    return review is not None and review.name == name


def _about(review: Review) -> dict[str, object] | None:
    """The known picture that a review is about, in numbers."""
    if not review.about:
        return None
    return {
        "why": review.why,
        "uploads": review.parts.count(),
        "free": bool(deciding.may_free(review)),
        "depth": review.depths.get(review.about),
        "is_the_item": deciding.is_the_item(review),
    }


def _held(member: Member, name: str) -> Review:
    review = queue.held_by(member)
    if review is None or review.name != name:
        raise _NOT_HELD
    return review
