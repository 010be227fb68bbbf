"""Who may open a page of a desk.

In: a permission. Out: a decorator; the view gets the member as its second argument. Next: the desks' views.
That someone is signed in with two factors was seen to by `middleware` before.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse

from repit.foundation.errors import NotGranted, Text
from repit.foundation.staff.models import Member, fresh
from repit.foundation.staff.roles import Permission

P = ParamSpec("P")


def needs(
    *permissions: Permission,
) -> Callable[
    [Callable[Concatenate[HttpRequest, Member, P], HttpResponse]],
    Callable[Concatenate[HttpRequest, P], HttpResponse],
]:
    """Open to members who hold one of these permissions. Raises `NotGranted`."""

    def guard(
        view: Callable[Concatenate[HttpRequest, Member, P], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            member = fresh(request.user)
            if not any(member.may(permission) for permission in permissions):
                raise NotGranted(
                    Text("Your role does not open this page.", "Votre rôle n’ouvre pas cette page."),
                    Text("Ask your administrator for the role.", "Demandez ce rôle à votre administrateur."),
                )
            return view(request, member, *args, **kwargs)

        return guarded

    return guard
