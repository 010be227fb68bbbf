"""Forms at the channels, beside the parsers that sites have: what any of them would store was looked at, or
the whole is undecided.

Real: PHP, Node with busboy and formidable, Django, Werkzeug, python-multipart, multipart.
`REPIT_DRILL=1` asks them about 20,000 forms.
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.test import RequestFactory
from form_parsers import Parser, all_of_them
from hostile_forms import hostile_forms, plain_forms
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repit.foundation.admission.room import Room
from repit.foundation.errors import InputRefused
from repit.platform.gate.upload_buffer import UploadBuffer
from repit.platform.integrations.http_api.upload import receive
from repit.platform.integrations.icap.bodies import Taking, body_of
from repit.platform.integrations.icap.wire import Request

EXAMPLES = 20_000 if os.environ.get("REPIT_DRILL") == "1" else 400
MOST = 5_000_000


@pytest.fixture(scope="module")
def parsers() -> Iterator[dict[str, Parser]]:
    with all_of_them() as running:
        yield running


def seen(kind: str, body: bytes, cut: int = 1 << 20, more: str = "") -> tuple[set[bytes], str]:
    """What the ICAP channel looks at in such a request, and why that may not be all."""
    head = f"POST /a HTTP/1.1\r\nHost: a\r\nContent-Type: {kind}\r\n{more}\r\n".encode("latin-1")
    request = Request("REQMOD", "icap://a/b", {}, head, b"", True, None)
    memory = Room(100 * MOST)

    def room() -> UploadBuffer:
        return UploadBuffer(memory, MOST, MOST)

    with room() as upload, ExitStack() as held:
        taking = Taking(body_of(request), upload, room, held, MOST)
        for at in range(0, len(body), cut):
            taking.take(body[at : at + cut], keep=True)
        found = taking.found(MOST)
        files = {file_.data or b"" for file_ in found.files}
    assert memory.held == 0
    return files, found.odd


def accepted(kind: str, body: bytes) -> bytes | None:
    """The file that the HTTP channel would have accepted of such a request, if it would."""
    request = RequestFactory().generic("POST", "/v1/refuse", data=body, content_type=kind)
    room = Room(100 * MOST)
    with ExitStack() as held:
        try:
            found = receive(request, lambda: UploadBuffer(room, MOST, MOST), held, MOST)
        except InputRefused:
            return None
        return None if found.odd else found.files[0].data


def test_whatever_any_parser_would_store_was_looked_at_or_the_form_is_undecided(
    parsers: dict[str, Parser],
) -> None:
    stored: Counter[str] = Counter()
    decided = 0

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(hostile_forms())
    def holds(form: tuple[str, bytes]) -> None:
        nonlocal decided
        kind, body = form
        files, odd = seen(kind, body)
        taken = accepted(kind, body)
        decided += not odd
        for name, parse in parsers.items():
            others = [other for other in parse(kind, body) if other]
            stored[name] += len(others)
            if not odd:
                assert not [other for other in others if other not in files], name
            if taken is not None:
                assert set(others) <= {taken}, name

    holds()
    assert decided and min(stored[name] for name in parsers), "no form came through: the test shows nothing"


def test_a_plain_form_is_decided_and_every_parser_stores_the_file_that_was_looked_at(
    parsers: dict[str, Parser],
) -> None:
    """Else the test above could be passed by calling everything odd, or by parsers that read nothing."""
    for kind, body in plain_forms():
        files, odd = seen(kind, body)
        assert not odd, kind
        assert len(files) == 1 and {accepted(kind, body)} == files
        for name, parse in parsers.items():
            assert set(parse(kind, body)) == files, name


@settings(max_examples=300, deadline=None)
@given(hostile_forms(), st.integers(1, 9))
def test_a_form_is_read_alike_however_it_is_cut(form: tuple[str, bytes], cut: int) -> None:
    assert seen(*form) == seen(*form, cut=cut)
