"""Forms out of which one parser or another reads a picture, by the name of the trick.

Out: `TRICKS`, (an HTTP head, a body) each. Next: the tests of the ICAP and HTTP channels.
"""

import base64
import gzip

from gate_pictures import jpeg, sample

CAT = jpeg(sample())
FILE = b'Content-Disposition: form-data; name="f"; filename="a.jpg"'
FIELD = b'Content-Disposition: form-data; name="f"'
TYPE = "multipart/form-data; boundary=xyz"


def head_of(kind: str = TYPE, *more: str, end: str = "\r\n") -> bytes:
    lines = ["POST /upload HTTP/1.1", "Host: site.example", f"Content-Type: {kind}", *more, "", ""]
    return end.join(lines).encode("latin-1")


def form(*parts: bytes, boundary: bytes = b"xyz", end: bytes = b"\r\n") -> bytes:
    """Each part its head, an empty line, its content."""
    mark = b"--" + boundary
    return b"".join(mark + end + part + end for part in parts) + mark + b"--" + end


def part(content: bytes, *lines: bytes, end: bytes = b"\r\n") -> bytes:
    return end.join([*(lines or (FILE,)), b"", content])


LATER = part(b"a letter")
HEX = b"".join(b"=%02X" % byte for byte in CAT)


def tricks() -> dict[str, tuple[bytes, bytes]]:
    """(head, body) by name: forms with the banked picture, out of which one parser or another reads it."""
    plain = form(part(CAT))
    b64 = base64.encodebytes(CAT).replace(b"\n", b"\r\n")
    inner = form(part(CAT, b'Content-Disposition: file; filename="a.jpg"'), boundary=b"inner")
    bodies_ = {
        "a name of RFC 2231": form(part(CAT, FIELD + b"; filename*=utf-8''a.jpg")),
        "a name of RFC 2231 in no known charset": form(part(CAT, FIELD + b"; filename*=zlib''%41.jpg")),
        "a name in two pieces": form(part(CAT, FIELD + b"; filename*0=a; filename*1=.jpg")),
        "a name that ends in a slash": form(part(CAT, FIELD + b'; filename="a.jpg/"')),
        "a name of a dot": form(part(CAT, FIELD + b'; filename="."')),
        "an empty name": form(part(CAT, FIELD + b'; filename=""')),
        "a name without its quotes": form(part(CAT, FIELD + b"; filename=a.jpg")),
        "a name that never ends": form(part(CAT, FIELD + b'; filename="a.jpg')),
        "no name of the field": form(part(CAT, b'Content-Disposition: form-data; filename="a.jpg"')),
        "no disposition": form(part(CAT, b"Content-Type: image/jpeg")),
        "no head at all": b"--xyz\r\n\r\n" + CAT + b"\r\n--xyz--\r\n",
        "another disposition": form(part(CAT, b'Content-Disposition: attachment; name="f"; filename="a"')),
        "a file's name within the field's": form(
            part(CAT, b'Content-Disposition: form-data; name="f; filename=a.jpg; x"')
        ),
        "two dispositions, the file first": form(part(CAT, FILE, FIELD)),
        "two dispositions, the file last": form(part(CAT, FIELD, FILE)),
        "a space before the colon": form(
            part(CAT, b'Content-Disposition : form-data; name="f"; filename="a"')
        ),
        "a folded head": form(part(CAT, FIELD + b';\r\n filename="a.jpg"')),
        "a head with a zero byte": form(part(CAT, FILE + b"\0")),
        "a long head": form(part(CAT, FILE, b"X-Long: " + b"a" * 2000)),
        "a very long head": form(part(CAT, FILE, b"X-Long: " + b"a" * 20_000)),
        "base64": form(part(b64, FILE, b"Content-Transfer-Encoding: base64")),
        "base64 in a field": form(part(b64, FIELD, b"Content-Transfer-Encoding: base64")),
        "BASE64 with a space": form(part(b64, FILE, b"Content-Transfer-Encoding : BASE64")),
        "quoted-printable": form(part(HEX, FILE, b"Content-Transfer-Encoding: quoted-printable")),
        "heads that end in LF": form(part(CAT, FILE, end=b"\n")),
        "everything ends in LF": form(part(CAT, FILE, end=b"\n"), end=b"\n"),
        "everything ends in CR": form(part(CAT, FILE, end=b"\r"), end=b"\r"),
        "a part within a part": form(
            part(inner, FIELD, b"Content-Type: multipart/mixed; boundary=inner"), part(b"x")
        ),
        "a text before": b"preamble\r\n" + plain,
        "a file before": CAT + b"\r\n" + form(LATER),
        "a file after the end": form(LATER) + plain,
        "a text after the end": plain + b"more",
        "no end": plain.removesuffix(b"--xyz--\r\n"),
        "spaces behind the boundary": plain.replace(b"--xyz\r\n", b"--xyz \t\r\n"),
        "a boundary inside a line": b"--xyz\r\n"
        + FILE
        + b"\r\n\r\n-\r\n--xyzz\r\n"
        + part(CAT)
        + b"\r\n--xyz--\r\n",
        "a delimiter after LF": form(LATER + b"\n--xyz\r\n" + part(CAT)),
        "a length that is not true": form(part(CAT, FILE, b"Content-Length: 4")),
        "101 files": form(*[LATER] * 100, part(CAT)),
        "1,001 fields": form(*[part(b"x", FIELD)] * 1001, part(CAT)),
    }
    found = {name: (head_of(), body) for name, body in bodies_.items()}
    kinds = {
        "two boundaries": "multipart/form-data; boundary=other; boundary=xyz",
        "two boundaries, the other last": "multipart/form-data; boundary=xyz; boundary=other",
        "a parameter that ends in boundary": "multipart/form-data; xboundary=other; boundary=xyz",
        "a boundary in single quotes": "multipart/form-data; boundary='xyz'",
        "a boundary in one quote": 'multipart/form-data; boundary="xyz',
        "a boundary of RFC 2231": "multipart/form-data; boundary*=utf-8''xyz",
        "a boundary after a comma": "multipart/form-data, boundary=xyz",
        "a boundary after a space": "multipart/form-data boundary=xyz",
        "capital letters": "Multipart/Form-Data; Boundary=xyz",
        "a charset that hides letters": "multipart/form-data; charset=utf-7; boundary=xyz",
        "a charset of two bytes": "multipart/form-data; charset=utf-16; boundary=xyz",
        "mixed": "multipart/mixed; boundary=xyz",
        "related": "multipart/related; boundary=xyz",
        "a made-up kind": "application/x-multipart; boundary=xyz",
        "no boundary": "multipart/form-data",
    }
    found |= {name: (head_of(kind), plain) for name, kind in kinds.items()}
    long = b"x" * 200
    found["a very long boundary"] = head_of(TYPE.replace("xyz", "x" * 200)), form(part(CAT), boundary=long)
    packed = gzip.compress(plain)
    heads = {
        "a head that ends in LF": (head_of(end="\n"), plain),
        "a folded Content-Type": (head_of("multipart/form-data;\r\n boundary=xyz"), plain),
        "two Content-Types": (head_of("text/plain", f"Content-Type: {TYPE}"), plain),
        "Content_Type": (head_of("text/plain", f"Content_Type: {TYPE}"), plain),
        "Content-Type with a space": (head_of("text/plain", f"Content-Type : {TYPE}"), plain),
        "a form that is packed": (head_of(TYPE, "Content-Encoding: gzip"), packed),
        "a form that says it is packed": (head_of(TYPE, "Content-Encoding: gzip"), plain),
        "HTTP's own chunks left in": (
            head_of(TYPE, "Transfer-Encoding: chunked"),
            b"%x\r\n%s\r\n0\r\n\r\n" % (len(plain), plain),
        ),
        "a length that is too short": (head_of(TYPE, "Content-Length: 9"), plain),
        "two lengths": (head_of(TYPE, "Content-Length: 9", f"Content-Length: {len(plain)}"), plain),
    }
    return found | heads


TRICKS = tricks()
