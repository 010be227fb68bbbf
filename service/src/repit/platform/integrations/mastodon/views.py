"""Where a Mastodon server's webhook arrives.

In: a signed POST. Out: rows, then 202; nothing is looked at while the server waits. Next: `worker`.
Until the rows are written nothing is acknowledged: the server then tells it again, up to sixteen times.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from repit.foundation.errors import NotFound
from repit.platform.integrations.mastodon import queue, wire, worker


@csrf_exempt
@require_POST
def hook(request: HttpRequest) -> HttpResponseBase:
    """Take in what is told. Raises `NotFound` where no server is set, `KeyRefused`, `InputRefused`."""
    if not settings.REPIT_MASTODON_URL:
        raise NotFound
    wire.verify(settings.REPIT_MASTODON_SECRET, request.body, request.headers.get("X-Hub-Signature", ""))
    found = wire.read(request.body)
    if found:
        queue.take_in(found)
        worker.told.set()
    return HttpResponse(status=202)
