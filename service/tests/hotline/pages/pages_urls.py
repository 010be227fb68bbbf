"""The site's own addresses, and beside them pages that fail on purpose."""

from csp.decorators import csp_update
from django.conf.urls.i18n import i18n_patterns
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from repit.foundation.web.content_policy import DEVICE as DEVICE_POLICY
from repit.hotline.urls import *  # noqa: F403
from repit.hotline.urls import urlpatterns as real


def fails(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError


def forbids(_request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def broken(_request: HttpRequest) -> HttpResponse:
    """A page that axe must refuse: no language, no title, a picture and a field without names."""
    return HttpResponse(
        '<!DOCTYPE html><html><body><img src="/static/case_pages/icon.svg"><input type="text"></body></html>'
    )


@csp_update(DEVICE_POLICY)
@csrf_exempt
def device(request: HttpRequest) -> HttpResponse:
    """The island in a form, as the person's pages have it; what is sent comes back as text."""
    if request.method == "POST":
        return HttpResponse(request.POST["hashes"], content_type="text/plain; charset=utf-8")
    return HttpResponse(engines["django"].from_string(DEVICE).render({}, request))


DEVICE = """{% extends "case_pages/base.html" %}
{% block title %}Device{% endblock title %}
{% block content %}
<h1>Device</h1>
<form method="post">
<fieldset><legend>Level</legend>
<label><input type="radio" name="level" value="one" checked> One</label>
<label><input type="radio" name="level" value="family"> Family</label></fieldset>
<fieldset><legend>Kind</legend>
<label><input type="radio" name="kind" value="intimate" checked> Intimate</label>
<label><input type="radio" name="kind" value="deepfake"> Deepfake</label></fieldset>
{% include "case_pages/_device.html" %}
<button>Send</button>
</form>
{% endblock content %}"""

urlpatterns = [
    path("broken", broken),
    *real,
    *i18n_patterns(path("fails/", fails), path("forbids/", forbids), path("device/", device)),
]
