"""A platform in Django that asks the gate before it keeps an upload (docs/en/examples.md).

pip install django requests; GATE_KEY=repit-sandbox python app.py runserver
"""

import hashlib
import json
import os
import secrets
import sys
from pathlib import Path

import requests
from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.urls import path
from django.views.decorators.http import require_POST

settings.configure(
    SECRET_KEY=secrets.token_hex(32),
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"],
    ROOT_URLCONF=__name__,
)
GATE = os.environ.get("GATE_URL", "http://127.0.0.1:8700")
KEY = os.environ["GATE_KEY"]
KEPT = Path(os.environ.get("KEPT", "kept"))
SORRY = (
    "This picture cannot be shared here: someone has asked that it stay private."
    " If you think that this is a mistake, write to us with this number: "
)
THANKS = {"allow": "Thank you.", "review": "Thank you. Somebody looks at it first."}


def form(request):
    token = get_token(request)
    return HttpResponse(
        '<form method="post" action="/upload" enctype="multipart/form-data">'
        f'<input type="hidden" name="csrfmiddlewaretoken" value="{token}">'
        '<input type="file" name="file"><button>Send</button></form>'
    )


def account(request):
    """Yours: one opaque word for each account, always the same."""
    return hashlib.sha256((settings.SECRET_KEY + request.META["REMOTE_ADDR"]).encode()).hexdigest()


def keep(file, held, decision):
    """Yours. The decision stays with the upload: people name it when they object (docs/en/review.md)."""
    KEPT.mkdir(exist_ok=True)
    name = secrets.token_hex(8)
    with (KEPT / name).open("wb") as kept:
        kept.writelines(file.chunks())
    with (KEPT / "uploads.jsonl").open("a") as log:
        log.write(json.dumps({"file": name, "held": held, "decision": decision}) + "\n")


# --- paste from here ---
@require_POST
def upload(request):
    file = request.FILES["file"]
    headers = {"Authorization": f"Bearer {KEY}", "Repit-Sender": account(request)}
    try:
        answer = requests.post(f"{GATE}/v1/check", data=file.read(), headers=headers, timeout=(2, 5))
        answer.raise_for_status()
        body = answer.json()
    except requests.RequestException:  # Down, too busy, too slow: we fail closed. Nobody sees the
        body = {"verdict": "review", "decision": None}  # upload until one of us looks; "allow" fails open.
    if body["verdict"] == "block":
        return HttpResponse(f"{SORRY}{body['decision']}", status=451)
    keep(file, body["verdict"] == "review", body["decision"])
    return HttpResponse(THANKS[body["verdict"]])


# --- to here ---


urlpatterns = [path("", form), path("upload", upload)]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
