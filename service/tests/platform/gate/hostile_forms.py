"""Forms as an opponent writes them, for Hypothesis: well-formed, bent in places, or made of loose pieces.

Out: the value of Content-Type, and a body. Next: `test_gate_form_parsers`.
"""

from collections.abc import Iterator
from itertools import product

from hypothesis import strategies as st

BOUNDARIES = ("xyz", "----WebKitFormBoundary7MA4YWxk", "a'b+c_d.e", "xyz-", "0" * 70)
_TYPES = (
    "multipart/form-data; boundary={}",
    'multipart/form-data; boundary="{}"',
    "multipart/form-data;boundary={}",
    "multipart/form-data; charset=utf-8; boundary={}",
    "multipart/form-data; boundary={}; charset=UTF-8",
)
_ODD_TYPES = (
    "multipart/form-data; boundary={}, boundary=other",
    "multipart/form-data; boundary=other; boundary={}",
    "multipart/form-data; boundary={}; boundary=other",
    "multipart/form-data; xboundary=other; boundary={}",
    "multipart/form-data; boundary*=utf-8''{}",
    "multipart/form-data; boundary*0={}; boundary*1=more",
    "Multipart/Form-Data; BOUNDARY={}",
    "multipart/form-data, boundary={}",
    "multipart/form-data boundary={}",
    "multipart/form-data; boundary = {}",
    "multipart/form-data; boundary='{}'",
    'multipart/form-data; boundary="{}',
    "multipart/form-data; boundary={} ",
    "multipart/form-data; boundary={}\tx",
    "multipart/form-data; boundary={};filename=a",
    "multipart/form-data; charset=utf-7; boundary={}",
    "multipart/form-data; charset=utf-16; boundary={}",
    "multipart/mixed; boundary={}",
    "multipart/related; boundary={}",
    "application/x-multipart; boundary={}",
    "text/plain; boundary={}",
    "multipart/form-data",
)
_ENDS = (b"\r\n", b"\n", b"\r", b"\r\n ", b" \r\n", b"\t\r\n", b"\n\r\n", b"\r\r\n", b"")
_LINES = (
    b'Content-Disposition: form-data; name="f"; filename="a.jpg"',
    b'Content-Disposition: form-data; name="f"',
    b'Content-Disposition: form-data; name="g[]"; filename="b.jpg"',
    b"Content-Type: image/jpeg",
    b"Content-Type: application/octet-stream",
)
_ODD_LINES = (
    b"Content-Disposition: form-data; name=\"f\"; filename*=utf-8''a.jpg",
    b"Content-Disposition: form-data; name=f; filename=a.jpg; filename*=utf-8''b.jpg",
    b'Content-Disposition: form-data; name="f"; filename="a/"',
    b'Content-Disposition: form-data; name="f"; filename=""',
    b'Content-Disposition: form-data; filename="a.jpg"',
    b'Content-Disposition: form-data; name="f"; filename="a\\"b.jpg"',
    b'Content-Disposition: form-data; name="f"; filename*0=a; filename*1=b',
    b'Content-Disposition: attachment; name="f"; filename="a.jpg"',
    b'Content-Disposition: form-data; name="f";\r\n filename="a.jpg"',
    b'Content-Disposition : form-data; name="f"; filename="a.jpg"',
    b'content-disposition: form-data; NAME="f"; FILENAME="a.jpg"',
    b'Content-Disposition: form-data; name="f"; filename="a.jpg',
    b'Content-Disposition: form-data; name="f"; filename="a.jpg"\0',
    b'Content-Disposition:form-data; name="f"; filename="a.jpg"',
    b'Content-Disposition: form-data; name="f; filename=a.jpg; x"',
    b'Content-Disposition: form-data; name="f filename=a.jpg"',
    b"Content-Disposition: form-data",
    b"Content-Disposition",
    b": x",
    b"",
    b"Content-Transfer-Encoding: base64",
    b"Content-Transfer-Encoding: quoted-printable",
    b"Content-Transfer-Encoding: binary",
    b"Content-Transfer-Encoding : base64",
    b"Content-Encoding: gzip",
    b"Content-Type: multipart/mixed; boundary=inner",
    b"Content-Type: message/rfc822",
    b"Content-Type: text/plain; charset=utf-16",
    b"Content-Length: 3",
    b"X-Long: " + b"a" * 1100,
    b"X-Longer: " + b"a" * 9000,
    b"X-Odd: \xff\x80",
)
_CONTENTS = (
    b"first picture",
    b"second\r\npicture\r\n",
    b"\n\r\nthird\r",
    b"Zm91cnRoIHBpY3R1cmU=",
    b"\r\n\r\nfifth\n\n",
    b"=46=49sixth=\r\n",
    b"",
    b"-",
    b"--",
    b"\r\n",
)


def _mostly(usual: tuple[bytes, ...], odd: tuple[bytes, ...]) -> st.SearchStrategy[bytes]:
    return st.one_of(
        st.sampled_from(usual), st.sampled_from(usual), st.sampled_from(usual), st.sampled_from(odd)
    )


def _rarely(usual: bytes, odd: tuple[bytes, ...]) -> st.SearchStrategy[bytes]:
    return st.integers(0, 15).flatmap(lambda dice: st.sampled_from(odd) if dice == 0 else st.just(usual))


@st.composite
def _part(draw: st.DrawFn, boundary: bytes) -> bytes:
    line = _rarely(b"\r\n", _ENDS)
    lines = draw(st.lists(_mostly(_LINES, _ODD_LINES), min_size=1, max_size=3))
    if draw(st.booleans()):
        lines = [draw(st.sampled_from(_LINES[:3])), *lines[:1]]
    head = b"".join(text + draw(line) for text in lines)
    inside = (
        b"\r\n--" + boundary + b"x",
        b"\n--" + boundary + b"\n",
        b"--" + boundary,
        b"\r\n" + boundary,
        b"\r\n-" + boundary,
        b"\r\n--inner\r\n" + _LINES[0] + b"\r\n\r\nnested\r\n--inner--\r\n",
    )
    contents = draw(st.lists(_mostly(_CONTENTS, (*_CONTENTS, *inside)), min_size=1, max_size=2))
    before = draw(
        _rarely(b"--" + boundary + b"\r\n", tuple(b"--" + boundary + end for end in (*_ENDS, b"x\r\n")))
    )
    return before + head + draw(line) + b"".join(contents) + draw(line)


@st.composite
def _written(draw: st.DrawFn, boundary: bytes) -> bytes:
    parts = draw(st.lists(_part(boundary), max_size=4))
    before = draw(_rarely(b"", (b"\r\n", b"\n", b"preamble\r\n", b"--", b"--other\r\n")))
    ends = (
        b"--" + boundary,
        b"",
        b"--" + boundary + b"-",
        b"--" + boundary + b"--\n",
        b"--" + boundary + b" --",
    )
    after = draw(_rarely(b"--" + boundary + b"--\r\n", ends))
    epilogue = draw(
        _rarely(b"", (b"x", b"\r\n", b"--" + boundary + b"\r\n" + _LINES[0] + b"\r\n\r\nafter the end\r\n"))
    )
    return before + b"".join(parts) + after + epilogue


@st.composite
def _bent(draw: st.DrawFn, boundary: bytes) -> bytes:
    """A well-written form, hurt in up to three places."""
    body = bytearray(draw(_written(boundary)))
    pieces = (*_ENDS, *_LINES[:2], b"--" + boundary, b"--", boundary, b"\0", b"\xff", b":", b'"', b";")
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(body)))
        if draw(st.booleans()):
            del body[at : at + draw(st.integers(1, 6))]
        else:
            body[at:at] = draw(st.sampled_from(pieces))
    return bytes(body)


@st.composite
def _loose(draw: st.DrawFn, boundary: bytes) -> bytes:
    mark = b"--" + boundary
    pieces = (mark + b"\r\n", mark + b"--", mark, *_ENDS, *_LINES, *_ODD_LINES[:16], *_CONTENTS, b"\r\n\r\n")
    return b"".join(draw(st.lists(st.sampled_from(pieces), max_size=24)))


@st.composite
def hostile_forms(draw: st.DrawFn) -> tuple[str, bytes]:
    """(Content-Type, body)."""
    boundary = draw(st.sampled_from(BOUNDARIES))
    odd = draw(st.integers(0, 7)) == 0
    kind = draw(st.sampled_from(_ODD_TYPES if odd else _TYPES)).format(boundary)
    how = draw(st.integers(0, 9))
    make = _loose if how == 0 else _bent if how < 5 else _written
    return kind, draw(make(boundary.encode()))


def plain_forms() -> Iterator[tuple[str, bytes]]:
    """Forms as browsers write them, each with one file: what no channel may call odd. (Content-Type,
    body)."""
    contents = (inside for inside in _CONTENTS if inside)
    for number, (kind, boundary, content) in enumerate(product(_TYPES[:3], BOUNDARIES[:2], contents)):
        mark, line = b"--" + boundary.encode(), _LINES[2 if number % 2 else 0]
        yield kind.format(boundary), b"\r\n".join((mark, line, _LINES[3], b"", content, mark + b"--", b""))
