"""Colleagues at the sign-in: whom strangers hold up, and a link for them.

In: a supervisor or an administrator. Out: one page; a link, shown once. Next: `letting_in`.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from repit.foundation.staff import guessing, letting_in
from repit.foundation.staff.guards import needs
from repit.foundation.staff.models import Member


@require_http_methods(["GET", "HEAD", "POST"])
@needs("staff.let-in")
def people(request: HttpRequest, member: Member) -> HttpResponse:
    """Who works here, and what is tried at their names. Raises `NotFound`."""
    link, name = "", request.POST.get("name", "")
    if request.method == "POST":
        secret = letting_in.give(name, actor=member.name)
        link = request.build_absolute_uri(reverse("let-in", args=[secret]))
    rows = [
        (person, guessing.strain(person)) for person in Member.objects.filter(is_active=True).order_by("name")
    ]
    return render(request, "staff/people.html", {"people": rows, "link": link, "name": name})
