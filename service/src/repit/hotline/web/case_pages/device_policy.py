"""The policy of the two workers that hash, the only files of this site that may compile WebAssembly.

In: a response. Out: for a worker's own file, leave to compile what is inside it; for every other response,
nothing. Next: django-csp writes the header. A worker stands under the policy that came with its file, so that
the pages' own policy stays as it is. It still may not connect to anything. Without this, everything works,
only slower.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static

from repit.hotline.web.case_pages.device import VIDEO, WORKER

COMPILE = {"script-src": ["'wasm-unsafe-eval'"]}


class WorkerPolicy:
    """Middleware: stands below django-csp and above whatever serves static files."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        names = [f"case_pages/device/{name}" for name in (WORKER, VIDEO)]
        self._paths = {path for name in names for path in (static(name), settings.STATIC_URL + name)}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path in self._paths:
            response._csp_update = COMPILE  # type: ignore[attr-defined]
        return response
