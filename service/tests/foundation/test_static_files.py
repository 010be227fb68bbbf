"""Static files: names of their content, compressed, kept by browsers only where that tells nothing."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.test import Client

pytestmark = pytest.mark.django_db  # closing a streamed answer asks after old connections
KEPT = "public, max-age=31536000, immutable"
LEFT = "no-store"


def fetched(address: str, **headers: str) -> tuple[bytes, dict[str, str]]:
    answer = Client().get(address, headers=headers)
    assert answer.status_code == 200, address
    content = b"".join(answer.streaming_content)
    answer.close()
    return content, dict(answer.headers)


def every_file() -> list[str]:
    return [path for finder in finders.get_finders() for path, _storage in finder.list(None)]


def test_a_name_says_what_is_in_the_file_and_the_file_comes_whole_under_it() -> None:
    assert len(every_file()) > 15
    for name in every_file():
        path = finders.find(name)
        assert isinstance(path, str)
        content = Path(path).read_bytes()
        address = static(name)
        digits = re.search(r"\.([0-9a-f]{16})(\.\w+)?$", address)
        assert digits and hashlib.sha256(content).hexdigest().startswith(digits[1]), address
        for given in (address, f"/static/{name}"):
            assert fetched(given)[0] == content
            packed, headers = fetched(given, accept_encoding="gzip, deflate, br")
            assert headers.get("Content-Encoding", "") in ("gzip", "")
            assert (gzip.decompress(packed) if "Content-Encoding" in headers else packed) == content


def test_a_name_of_other_content_and_a_file_that_is_not_there_are_refused() -> None:
    address = static("staff/staff.css")
    assert Client().get(re.sub(r"[0-9a-f]{16}", "0" * 16, address)).status_code == 404
    with pytest.raises(ValueError, match="absent"):
        static("staff/absent.css")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("case_pages/device/worker.js", KEPT),
        ("case_pages/device/device.css", KEPT),
        ("staff/staff.css", KEPT),
        ("desk/desk.css", KEPT),
        ("case_pages/page.css", LEFT),
        ("case_pages/exit.js", LEFT),
        ("case_pages/case.css", LEFT),
        ("case_pages/icon.svg", LEFT),
    ],
)
def test_what_is_heavy_is_kept_and_whoever_only_reads_has_no_copy_of_anything(name: str, value: str) -> None:
    assert fetched(static(name))[1]["Cache-Control"] == value
    assert fetched(f"/static/{name}")[1]["Cache-Control"] == LEFT


def test_what_is_kept_is_the_same_for_everyone_and_tells_nobody_from_another() -> None:
    address = static("case_pages/device/worker.js")
    seen = []
    for language, cookie in (("fr", "v=one"), ("en", "v=other"), ("de", "")):
        content, headers = fetched(address, accept_language=language, cookie=cookie, accept_encoding="gzip")
        assert not {"Set-Cookie", "ETag", "Last-Modified", "Access-Control-Allow-Origin"} & set(headers)
        assert headers["Vary"] == "Accept-Encoding"
        seen.append((content, headers))
    assert seen[0] == seen[1] == seen[2]


def test_a_browser_is_given_what_it_takes() -> None:
    address = static("case_pages/device/worker.js")
    plain = fetched(address)[0]
    packed, headers = fetched(address, accept_encoding="gzip")
    assert len(packed) * 4 < len(plain) * 3
    assert headers["Content-Length"] == str(len(packed))
    assert headers["Content-Type"].startswith("text/javascript")
    for refusing in ("br", "identity", "gzip;q=0", "gzip; q=0.0, br"):
        assert fetched(address, accept_encoding=refusing)[0] == plain
    head = Client().head(address, headers={"accept-encoding": "gzip"})
    assert head.headers["Content-Encoding"] == "gzip" and b"".join(head.streaming_content) == b""
    assert head.headers["Content-Length"] == str(len(packed))
    part = Client().get(address, headers={"range": "bytes=10-19", "accept-encoding": "gzip"})
    assert part.status_code == 206 and b"".join(part.streaming_content) == plain[10:20]
    part.close()
    assert Client().post(address).status_code == 405
