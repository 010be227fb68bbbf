"""A caseworker's keys: make them, unlock them, lock them, change the passphrase, renew them.

In: forms of members who work on cases. Out: pages; keys open for this sign-in. Next: the inbox.
"""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from repit.foundation.errors import InputRefused, NotFound, Text
from repit.foundation.staff.guards import needs
from repit.foundation.staff.models import Member, fresh
from repit.foundation.web.complaints import about, complain
from repit.hotline.cases import aliases, caseworkers, passkeys
from repit.hotline.cases.grants import Holder
from repit.hotline.web.desk import passkey_form, unlocking
from repit.hotline.web.desk.showing import show
from repit.hotline.web.desk.unlocking import with_keys

_DIFFER: Final = Text("The two passphrases differ.", "Les deux phrases de passe diffèrent.")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@needs("cases.work")
def unlock(request: HttpRequest, member: Member) -> HttpResponse:
    """Unlock, or make keys at the first time."""
    if not caseworkers.is_enrolled(member.name):
        return HttpResponseRedirect(reverse("cases-begin"))
    wish = request.POST.get("next", "") or request.GET.get("next", "")
    words = {"next": wish, "locked": "locked" in request.GET, **passkey_form.words(member)}
    if request.method != "POST":
        return show(request, "unlock", words)
    with_passkey = "secret" in request.POST
    try:
        if with_passkey:
            unlocking.unlock_with_passkey(request, member, passkey_form.secret(request))
        else:
            unlocking.unlock(request, member, request.POST.get("passphrase", ""))
    except (NotFound, InputRefused):
        if with_passkey:
            wrong = about("", _("This passkey does not open your keys. Use your passphrase."))
        else:
            wrong = about("passphrase", _("This passphrase does not open your keys."))
        complain(request, wrong, ours=with_passkey)
        return show(request, "unlock", words, 403)
    return HttpResponseRedirect(_on_the_desk(wish))


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@needs("cases.work")
def begin(request: HttpRequest, member: Member) -> HttpResponse:
    """Keys of one's own, at the first time."""
    if caseworkers.is_enrolled(member.name):
        return HttpResponseRedirect(reverse("cases-unlock"))
    status = 200
    if request.method == "POST":
        try:
            holder = caseworkers.enrol(member.name, _twice(request))
        except InputRefused as refused:
            complain(request, about("new", refused))
            status = 400
        else:
            unlocking.keep(request, holder)
            return HttpResponseRedirect(reverse("cases-inbox"))
    return show(request, "begin", {}, status)


@require_POST
@needs("cases.work")
def lock(request: HttpRequest, member: Member) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Lock the keys without signing out."""
    unlocking.lock(request)
    messages.info(request, _("Your keys are locked."))
    return HttpResponseRedirect(reverse("staff-home"))


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@with_keys
def keys(request: HttpRequest, holder: Holder) -> HttpResponse:
    """Another passphrase, a passkey beside it, or new keys in place of these."""
    status = 200
    if request.method == "POST":
        status = 400
        passphrase, other = _fields(request)
        try:
            messages.info(request, _renew(request, holder))
        except NotFound:
            wrong = about(passphrase, _("This passphrase does not open your keys."))
            complain(request, wrong, ours=not passphrase)
        except InputRefused as refused:
            complain(request, about(other, refused), ours=not other)
        else:
            return HttpResponseRedirect(reverse("cases-keys"))
    shown = {
        "alias": request.POST.get("alias", aliases.of(holder.who)),
        "longest": aliases.LONGEST,
        **passkey_form.words(fresh(request.user)),
    }
    return show(request, "keys", shown, status)


@require_GET
@with_keys
def awake(request: HttpRequest, holder: Holder) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Someone is writing: the sign-in goes on. Says nothing."""
    return HttpResponse(status=204)


def _fields(request: HttpRequest) -> tuple[str, str]:
    """Of the form that was sent: where its passphrase is, and what else may be amiss. A passkey's form shows
    by script alone: no field of it is there to be led to."""
    if "secret" in request.POST:
        return "", ""
    if "alias" in request.POST:
        return "", "alias"
    return ("renew-passphrase", "") if "renew" in request.POST else ("passphrase", "new")


def _renew(request: HttpRequest, holder: Holder) -> str:
    """Do what the form wants; what is told of it."""
    if "remove" in request.POST:
        passkeys.remove_all(holder)
        return _("Done. No passkey opens your keys any more.")
    if "alias" in request.POST:
        alias = aliases.choose(holder.who, request.POST["alias"])
        return _("Done. People know you as %(alias)s.") % {"alias": alias}
    unlocking.check(fresh(request.user))
    old = request.POST.get("passphrase", "")
    if "secret" in request.POST:
        # Whoever finds the page open must not be able to add a way in of their own.
        passkeys.add(caseworkers.unlock(holder.who, old), passkey_form.secret(request))
        unlocking.keep(request, holder)
        return _("Done. This passkey opens your keys from now on.")
    if "renew" in request.POST:
        unlocking.keep(request, caseworkers.rotate(holder.who, old))
        return _("Done. Your keys are new.")
    caseworkers.change_passphrase(holder.who, old, _twice(request))
    unlocking.keep(request, holder)
    return _("Done. Use the new passphrase from now on.")


def _twice(request: HttpRequest) -> str:
    new = request.POST.get("new", "")
    if new != request.POST.get("again", ""):
        raise InputRefused(_DIFFER)
    return new


def _on_the_desk(wish: str) -> str:
    home = reverse("cases-inbox")
    safe = url_has_allowed_host_and_scheme(wish, allowed_hosts=None) and wish.startswith(home)
    return wish if safe else home
