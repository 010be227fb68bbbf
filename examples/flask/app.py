"""A platform in Flask that asks the gate before it keeps an upload (docs/en/examples.md).

pip install flask requests; GATE_KEY=repit-sandbox flask --app app run
"""

import hashlib
import json
import os
import secrets
from pathlib import Path

import requests
from flask import Flask, request

app = Flask(__name__)
GATE = os.environ.get("GATE_URL", "http://127.0.0.1:8700")
KEY = os.environ["GATE_KEY"]
KEPT = Path(os.environ.get("KEPT", "kept"))
SECRET = secrets.token_bytes(32)
SORRY = (
    "This picture cannot be shared here: someone has asked that it stay private."
    " If you think that this is a mistake, write to us with this number: "
)
THANKS = {"allow": "Thank you.", "review": "Thank you. Somebody looks at it first."}


@app.get("/")
def form():
    return (
        '<form method="post" action="/upload" enctype="multipart/form-data">'
        '<input type="file" name="file"><button>Send</button></form>'
    )


def account():
    """Yours: one opaque word for each account, always the same."""
    return hashlib.sha256(SECRET + request.remote_addr.encode()).hexdigest()


def keep(content, held, decision):
    """Yours. The decision stays with the upload: people name it when they object (docs/en/review.md)."""
    KEPT.mkdir(exist_ok=True)
    name = secrets.token_hex(8)
    (KEPT / name).write_bytes(content)
    with (KEPT / "uploads.jsonl").open("a") as log:
        log.write(json.dumps({"file": name, "held": held, "decision": decision}) + "\n")


# --- paste from here ---
@app.post("/upload")
def upload():
    content = request.files["file"].read()
    headers = {"Authorization": f"Bearer {KEY}", "Repit-Sender": account()}
    try:
        answer = requests.post(f"{GATE}/v1/check", data=content, headers=headers, timeout=(2, 5))
        answer.raise_for_status()
        body = answer.json()
    except requests.RequestException:  # Down, too busy, too slow: we fail closed. Nobody sees the
        body = {"verdict": "review", "decision": None}  # upload until one of us looks; "allow" fails open.
    if body["verdict"] == "block":
        return f"{SORRY}{body['decision']}", 451
    keep(content, body["verdict"] == "review", body["decision"])
    return THANKS[body["verdict"]]


# --- to here ---
