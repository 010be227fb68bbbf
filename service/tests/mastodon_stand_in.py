"""A stand-in for a Mastodon server, written from its documentation; no Mastodon runs in these tests.

It serves media, signs webhooks as a Mastodon server does, takes reports and account actions as documented at
docs.joinmastodon.org (methods/reports, methods/admin/accounts, api/rate-limits), and keeps a transcript of
what was asked of it.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

SECRET = "the signing secret of the webhook"
TOKEN = "an access token"
_ids = itertools.count(110_000_000_000_000_001)


@dataclass
class Asked:
    """One line of the transcript."""

    method: str
    path: str
    form: dict[str, list[str]]
    status: int


@dataclass
class StandIn:
    """`scopes`: of the token. `answers`: statuses to answer API calls with, before it behaves again."""

    scopes: frozenset[str] = frozenset({"write:reports"})
    remaining: int = 300
    reset: timedelta = timedelta(minutes=5)
    answers: list[int] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    transcript: list[Asked] = field(default_factory=list)
    reports: dict[str, dict[str, Any]] = field(default_factory=dict)
    accounts: set[str] = field(default_factory=set)
    sensitized: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        handler = type("Handler", (_Handler,), {"server_of": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        self.base = f"http://{self.host}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    # --- what people do -------------------------------------------------------------------------------

    def account(self, *, avatar: bytes | None = None, host: str = "") -> dict[str, Any]:
        name = str(next(_ids))
        self.accounts.add(name)
        missing = f"{host or self.base}/avatars/original/missing.png"
        picture = missing if avatar is None else self.file(avatar, host)
        return {
            "id": name,
            "username": "someone",
            "acct": "someone",
            "note": "<p>a note</p>",
            "avatar": picture,
            "avatar_static": picture,
            "header": f"{host or self.base}/headers/original/missing.png",
            "emojis": [],
            "fields": [],
        }

    def file(self, content: bytes, host: str = "") -> str:
        path = f"/system/media_attachments/files/{next(_ids)}/original/a.jpeg"
        self.files[path] = content
        return (host or self.base) + path

    def status(self, *media: bytes, account: dict[str, Any] | None = None) -> dict[str, Any]:
        return {
            "id": str(next(_ids)),
            "created_at": _iso(datetime.now(UTC)),
            "sensitive": False,
            "visibility": "direct",
            "content": "<p>words that are nobody's business</p>",
            "reblog": None,
            "account": account or self.account(),
            "media_attachments": [self.attachment(self.file(content)) for content in media],
            "mentions": [],
            "tags": [],
            "emojis": [],
        }

    def attachment(self, url: str | None, kind: str = "image") -> dict[str, Any]:
        return {
            "id": str(next(_ids)),
            "type": kind,
            "url": url,
            "preview_url": url,
            "remote_url": None,
            "meta": {"original": {"width": 640, "height": 480}},
            "description": "words",
            "blurhash": "UFBWY:8_0Jxv4mx]t8t64.%M-:IUWGWAt6M}",
        }

    def admin_account(self, account: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": account["id"],
            "username": account["username"],
            "domain": None,
            "email": "someone@mail.example",
            "ip": "192.0.2.7",
            "ips": [{"ip": "192.0.2.7", "used_at": _iso(datetime.now(UTC))}],
            "suspended": False,
            "account": account,
        }

    def report_of(self, account: dict[str, Any], *statuses: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": str(next(_ids)),
            "action_taken": False,
            "category": "other",
            "comment": "someone's words",
            "account": self.admin_account(self.account()),
            "target_account": self.admin_account(account),
            "statuses": list(statuses),
            "rules": [],
        }

    # --- webhooks -------------------------------------------------------------------------------------

    def webhook(self, event: str, thing: Any) -> tuple[bytes, str]:
        """(body, signature) of a delivery."""
        body = json.dumps({"event": event, "created_at": _iso(datetime.now(UTC)), "object": thing}).encode()
        return body, signed(body)

    def deliver(self, url: str, event: str, thing: Any) -> int:
        """The status that the receiver answers."""
        body, signature = self.webhook(event, thing)
        headers = {"Content-Type": "application/json", "X-Hub-Signature": signature}
        request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code


def signed(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class _Handler(BaseHTTPRequestHandler):
    server_of: StandIn

    def do_GET(self) -> None:
        content = self.server_of.files.get(self.path.partition("?")[0])
        self._answer(404 if content is None else 200, content or b"", {})

    def do_POST(self) -> None:
        server = self.server_of
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        status, content = self._api(form)
        server.transcript.append(Asked("POST", self.path, form, status))
        limits = {
            "X-RateLimit-Limit": "300",
            "X-RateLimit-Remaining": str(server.remaining),
            "X-RateLimit-Reset": _iso(datetime.now(UTC) + server.reset),
        }
        self._answer(status, json.dumps(content).encode(), limits)

    def _api(self, form: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        server = self.server_of
        if server.answers:
            return server.answers.pop(0), {"error": "as the test wants it"}
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            return 401, {"error": "The access token is invalid"}
        if server.remaining <= 0:
            return 429, {"error": "Too many requests"}
        server.remaining -= 1
        path = self.path.rstrip("/")
        if path == "/api/v1/reports":
            return self._report(form)
        if path.startswith("/api/v1/admin/accounts/") and path.endswith("/action"):
            return self._action(form, path.split("/")[-2])
        return 404, {"error": "Record not found"}

    def _report(self, form: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        server = self.server_of
        if "write:reports" not in server.scopes:
            return 403, {"error": "This action is outside the authorized scopes"}
        if form["account_id"][0] not in server.accounts:
            return 404, {"error": "Record not found"}
        if len(form["comment"][0]) > 1000:
            return 422, {"error": "Validation failed: Comment is too long"}
        made = {
            "id": str(next(_ids)),
            "action_taken": False,
            "category": form["category"][0],
            "comment": form["comment"][0],
            "forwarded": form.get("forward") == ["true"],
            "status_ids": form.get("status_ids[]", []),
            "target_account": {"id": form["account_id"][0]},
        }
        server.reports[made["id"]] = made
        return 200, made

    def _action(self, form: dict[str, list[str]], account: str) -> tuple[int, dict[str, Any]]:
        server = self.server_of
        if "admin:write:accounts" not in server.scopes:
            return 403, {"error": "This action is not allowed"}
        if account not in server.accounts or form["report_id"][0] not in server.reports:
            return 404, {"error": "Record not found"}
        if form["type"] != ["sensitive"]:
            return 422, {"error": "Record invalid"}
        server.sensitized.append((account, form["report_id"][0]))
        for report in server.reports.values():
            if report["target_account"]["id"] == account:
                report["action_taken"] = True
        return 200, {}

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass
