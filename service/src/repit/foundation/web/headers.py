"""Response headers that keep a visit private.

In: any response. Out: the same response, which the browser neither stores, nor shares, nor lists, nor lets
another site embed. Next: the browser.

Every response gets them, style sheets included: a cached style sheet is a trace of a visit as much as a
cached page is. What `static_files` lets be kept is the exception, and the only one.
"""

from collections.abc import Callable

from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from repit.foundation.web import static_files

# Features are listed one by one because Permissions-Policy has no word for "all" (W3C, Permissions Policy).
_FEATURES = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "hid",
    "identity-credentials-get",
    "idle-detection",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "publickey-credentials-create",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "storage-access",
    "usb",
    "web-share",
    "xr-spatial-tracking",
)

HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _FEATURES),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# A page that says nothing is not listed. Pages of general advice ask to be found, see `views.information`.
# The staff area says these two itself (`repit.foundation.staff.middleware`).
STAFF = "/staff/"
LEFT_TO_STAFF = frozenset({"Permissions-Policy", "Referrer-Policy"})
UNLISTED = "noindex, nofollow, noarchive"
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class PageHeaders:
    """Middleware: set the headers above on every response; keep what a view said about being listed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            left = name in LEFT_TO_STAFF and request.path.startswith(STAFF)
            if not left and not (name == "Cache-Control" and static_files.kept(response)):
                response.headers[name] = value
        response.headers.setdefault("X-Robots-Tag", UNLISTED)
        del response.headers["ETag"]
        del response.headers["Last-Modified"]
        return response


class ContentPolicy(CSPMiddleware):
    """Middleware: django-csp's policy for pages; for JSON, which shows and loads nothing, the strictest one,
    without the work of writing it anew for each upload that a gate answers.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.headers.get("Content-Type", "").startswith("application/json"):
            response.headers.setdefault("Content-Security-Policy", NOTHING)
            return response
        return super().process_response(request, response)
