"""The desk asks the platform for an upload at each look: what it sends, bears, and never opens."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import LazySettings
from django.test import Client
from review_rows import decision
from staff_people import Someone

from repit.foundation.errors import TransitionRefused
from repit.foundation.models import AuditRow
from repit.platform.review import objections, queue
from repit.platform.review.deciding import Answer, decide
from repit.platform.review.models import Review

Make = Callable[..., Someone]
pytestmark = pytest.mark.django_db
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(200)
NO_PICTURE = "There is no picture to open here."


@dataclass
class Platform:
    """A platform's own software, which hands an upload over, or does something else."""

    status: int = 200
    body: bytes = PICTURE
    headers: dict[str, str] = field(default_factory=dict)
    drip: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)
    address: str = ""

    @contextmanager
    def serving(self) -> Iterator["Platform"]:
        platform = self
        ended = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                platform.asked.append((self.path, self.headers.get("Authorization", "")))
                self.send_response(platform.status)
                self.send_header("Content-Length", str(len(platform.body)))
                for name, value in platform.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if platform.drip:
                    self.wfile.write(platform.body[:10])
                    ended.wait(60)
                    return
                self.wfile.write(platform.body)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self.address = f"http://127.0.0.1:{server.server_port}"
        try:
            yield self
        finally:
            ended.set()
            server.shutdown()
            server.server_close()
            thread.join(10)


@pytest.fixture
def fetching(settings: LazySettings, tmp_path: Path) -> Callable[[Platform], None]:
    def use(platform: Platform) -> None:
        settings.REPIT_DATA = tmp_path
        settings.REPIT_REVIEW_MEDIA = "fetch"
        settings.REPIT_REVIEW_FETCH_URL = platform.address
        settings.REPIT_REVIEW_FETCH_KEY = "the-platform-s-key"
        settings.REPIT_OUTBOUND_ALLOW = frozenset({platform.address.removeprefix("http://")})

    return use


def taken(someone: Make, reference: str = "upload-77") -> tuple[Someone, Review]:
    """A review that a moderator holds, of an upload that the platform keeps under this reference."""
    row = decision("altered")
    if reference:
        response = Client().post(
            f"/v1/reviews/{row.name}", {"reference": reference}, content_type="application/json"
        )
        assert response.status_code == 200
    who = someone("moderator")
    review = queue.take(who.member)
    assert review is not None
    return who, review


def opened(who: Someone, review: Review) -> str:
    answer = who.client.post(f"/staff/review/{review.name}/open/", headers={"accept-language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def picture_in(page: str) -> str:
    return page.split('<img src="')[1].split('"', maxsplit=1)[0]


def test_an_upload_is_fetched_by_its_reference_shown_and_kept_nowhere(
    someone: Make, fetching: Any, tmp_path: Path
) -> None:
    with Platform().serving() as platform:
        fetching(platform)
        who, review = taken(someone, "a&b=../c%20#d?e")
        picture = who.client.get(picture_in(opened(who, review)))
    assert (picture.content, picture["Content-Type"]) == (PICTURE, "image/png")
    assert "no-store" in picture["Cache-Control"]
    for path, key in platform.asked:
        assert urlsplit(path).path == "/repit/uploads"
        assert parse_qs(urlsplit(path).query) == {"reference": ["a&b=../c%20#d?e"]}
        assert key == "Bearer the-platform-s-key"
    assert AuditRow.objects.filter(action="review media opened", actor=who.name).count() == 1
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and PICTURE in path.read_bytes()]


@pytest.mark.parametrize(
    "how",
    [
        {"status": 404},
        {"status": 403, "body": b"no"},
        {"status": 500},
        {"status": 302, "headers": {"Location": "http://127.0.0.1:1/"}},
        {"body": b""},
        {"body": b"<html><script>alert(1)</script>"},
        {"body": b"\x00\x00\x00\x18ftypmp42" + bytes(100)},
        {"body": PICTURE + bytes(2000)},
        {"drip": True},
    ],
)
def test_a_platform_that_hands_over_something_else_leaves_the_evidence(
    someone: Make, fetching: Any, settings: LazySettings, monkeypatch: pytest.MonkeyPatch, how: dict[str, Any]
) -> None:
    monkeypatch.setattr("repit.platform.review.media._SECONDS", 1.0)
    settings.REPIT_REVIEW_HOLD_BYTES = 1024
    with Platform(**how).serving() as platform:
        fetching(platform)
        who, review = taken(someone)
        page = opened(who, review)
    assert NO_PICTURE in page and "bits differ" in page and "<img" not in page
    assert not AuditRow.objects.filter(action="review media opened").exists()
    assert who.member.review_worker.looks == 0


def test_a_platform_that_is_down_or_not_allowed_leaves_the_evidence(
    someone: Make, fetching: Any, settings: LazySettings
) -> None:
    who, review = taken(someone)
    with Platform().serving() as platform:
        fetching(platform)
        settings.REPIT_OUTBOUND_ALLOW = frozenset()
        assert NO_PICTURE in opened(who, review)
        assert platform.asked == []
    fetching(platform)
    assert NO_PICTURE in opened(who, review)


def test_a_picture_that_is_gone_between_two_looks_is_not_found(someone: Make, fetching: Any) -> None:
    with Platform().serving() as platform:
        fetching(platform)
        who, review = taken(someone)
        page = opened(who, review)
        platform.status = 404
        assert who.client.get(picture_in(page)).status_code == 404


def test_without_a_reference_or_a_look_left_the_platform_is_not_asked(
    someone: Make, fetching: Any, settings: LazySettings
) -> None:
    with Platform().serving() as platform:
        fetching(platform)
        who, review = taken(someone, "")
        assert NO_PICTURE in opened(who, review)
        decide(who.member, review.name, Answer("allow"))
        settings.REPIT_REVIEW_LOOKS = 0
        who, review = taken(someone)
        assert "You have opened enough for today." in opened(who, review)
    assert platform.asked == []


def test_what_may_show_a_minor_is_not_opened_again_even_for_an_objection(
    someone: Make, fetching: Any
) -> None:
    with Platform().serving() as platform:
        fetching(platform)
        who, review = taken(someone)
        decide(who.member, review.name, Answer("refer"))
        with pytest.raises(TransitionRefused):
            objections.object_to(review.decision, "That is my dog.")
        assert queue.take(someone("senior").member) is None
    assert platform.asked == []
