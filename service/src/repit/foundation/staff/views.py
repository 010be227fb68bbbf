"""The staff area's own pages: the first page, the links of someone new and of someone held up, the language.

In: requests that `middleware` let in. Out: pages. Next: the desks. Signing in, second factors and passwords
are allauth's views with our templates.
"""

from typing import Final

from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from repit.foundation.errors import NotFound, Text
from repit.foundation.staff import letting_in, members, menu
from repit.foundation.staff.models import Member, fresh
from repit.foundation.web.complaints import about, complain

LANGUAGES: Final = ("fr", "en")
_GONE: Final = NotFound(
    Text("This link has been used or has ended.", "Ce lien a déjà servi ou n’est plus valable."),
    Text("Ask your administrator for a new one.", "Demandez-en un nouveau à votre administrateur."),
)


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What this member can open."""
    return render(request, "staff/home.html", {"entries": menu.open_to(fresh(request.user))})


@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest, secret: str) -> HttpResponse:
    """Choose a password by a link that works once; then a second factor is asked for."""
    member = members.enrolling(secret)
    if member is None:
        raise _GONE
    if request.method == "POST":
        password, again = request.POST.get("password", ""), request.POST.get("again", "")
        if password != again:
            complain(request, about("again", gettext("The two passwords differ.")))
        else:
            try:
                member = members.enrol(secret, password)
            except ValidationError as wrong:
                complain(request, about("password", " ".join(wrong.messages)))
            else:
                login(request, member, backend="django.contrib.auth.backends.ModelBackend")
                record_authentication(request, member, "password", reauthenticated=True)
                return HttpResponseRedirect(reverse("mfa_index"))
    return render(request, "staff/enrol.html", {"member": member})


@require_http_methods(["GET", "HEAD", "POST"])
def let_in(request: HttpRequest, secret: str) -> HttpResponse:
    """A supervisor's link: this browser may try, whatever strangers do. A button uses it, not a preview."""
    member = letting_in.whose(secret)
    if member is None:
        raise _GONE
    if request.method != "POST":
        return render(request, "staff/let_in.html", {"member": member})
    answer = HttpResponseRedirect(reverse("account_login"))
    letting_in.use(secret, request, answer)
    return answer


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Speak French or English from now on."""
    chosen = request.POST.get("language", "")
    if chosen in LANGUAGES:
        if isinstance(request.user, Member) or request.user.is_authenticated:
            Member.objects.filter(pk=request.user.pk).update(language=chosen)
        else:
            request.session["language"] = chosen
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None) or not back.startswith("/staff/"):
        back = reverse("staff-home")
    return HttpResponseRedirect(back)


def nowhere(_request: HttpRequest) -> HttpResponse:
    """Addresses that allauth wants to be able to name and that do not exist here."""
    raise Http404
