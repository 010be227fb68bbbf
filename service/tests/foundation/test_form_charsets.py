"""Forms whose sender names a strange encoding: a 400 with words, never an error of the server."""

import io
import json
import subprocess
from collections.abc import Iterator
from http.client import HTTPConnection

import installations
import pytest
from django.apps import apps
from django.test import Client
from running import REPIT, TIMEOUT, environment

from repit.demo.ports import free_port
from repit.foundation.clock import elapsed
from repit.foundation.web.wsgi import Handler

AT_A_GATE = apps.is_installed("repit.platform.gate")
STRANGE = (
    *(
        "zlib",
        "bz2",
        "hex",
        "rot13",
        "base64",
        "quopri",
        "uu",
        "utf-7",
        "utf-16",
        "utf-32",
        "idna",
        "punycode",
    ),
    *(
        "undefined",
        "unicode_escape",
        "raw_unicode_escape",
        "charmap",
        "cp037",
        "mbcs",
        "nonsense",
        "",
        "a" * 3000,
    ),
    *("utf-8; charset=zlib", "zlib; charset=utf-8", "utf-8\t;charset=utf-7", '"zlib"', "utf-8 zlib"),
)
FINE = ("utf-8", "UTF-8", "utf8", '"utf-8"', "us-ascii", "ISO-8859-1")
MULTIPART = "multipart/form-data; boundary=xyz; charset="
BODY = b'--xyz\r\nContent-Disposition: form-data; name="login"\r\n\r\nada\r\n--xyz--\r\n'
QUERY = "application/x-www-form-urlencoded; charset="
PAGES = ("/staff/login/",) if AT_A_GATE else ("/en/", "/staff/login/", "/en/nowhere")
MACHINES = (
    "/v1/refuse",
    "/v1/check?channel=wordpress",
    "/api/v1/cases",
    "/v1/reviews/a/appeals",
    "/exchange/nowhere",
)


def sent(path: str, kind: str, body: bytes = BODY, language: str = "en") -> tuple[int, str]:
    """As the server hands it on; Django's test client makes requests of its own."""
    path, _, query = path.partition("?")
    environ = Client()._base_environ(
        REQUEST_METHOD="POST",
        PATH_INFO=path,
        QUERY_STRING=query,
        CONTENT_TYPE=kind,
        CONTENT_LENGTH=str(len(body)),
        HTTP_ACCEPT_LANGUAGE=language,
        **{"wsgi.input": io.BytesIO(body)},
    )
    answered: list[int] = []
    pieces = Handler()(environ, lambda status, headers: answered.append(int(status.split()[0])))
    return answered[0], b"".join(pieces).decode()


@pytest.mark.django_db
@pytest.mark.parametrize("charset", STRANGE)
def test_a_form_in_an_encoding_that_is_not_known_is_refused_by_every_page_and_interface(charset: str) -> None:
    for path in PAGES:
        status, body = sent(path, MULTIPART + charset)
        assert status == 400, path
        assert "could not be read" in body
        assert sent(path, QUERY + charset, b"login=ada")[0] == 400
    for path in MACHINES:
        status, body = sent(path, MULTIPART + charset)
        assert (status, json.loads(body)["code"]) == (400, "charset-refused"), path
        assert sent(path, QUERY + charset, b"a=b")[0] == 400


@pytest.mark.django_db
@pytest.mark.parametrize("charset", FINE)
def test_forms_in_known_encodings_are_read(charset: str) -> None:
    answer = Client().generic("POST", "/staff/login/", data=BODY, content_type=MULTIPART + charset)
    assert answer.status_code == 200
    assert b'value="ada"' in answer.content


@pytest.mark.django_db
def test_the_refusal_is_in_the_language_of_the_request() -> None:
    _, body = sent("/v1/refuse", MULTIPART + "zlib", language="fr")
    assert json.loads(body)["next_step"] == "Envoyez le formulaire en UTF-8."


@pytest.mark.django_db
@pytest.mark.parametrize("charset", STRANGE)
def test_what_is_no_form_is_taken_as_it_is_whatever_encoding_it_names(charset: str) -> None:
    """A file sent raw to a gate, a document to a hotline: its bytes matter, the address is read as ever."""
    if AT_A_GATE:
        status, _ = sent("/v1/refuse?channel=nonsense", f"text/plain; charset={charset}", b"a letter")
        assert status in (400, 503)
    else:
        status, content = sent("/api/v1/cases", f"application/json; charset={charset}", b"{}")
        assert (status, json.loads(content)["code"]) == (400, "input-refused")


KINDS_THAT_CANNOT_BE_READ = (
    "text/plain; charset*=undefined''a",
    "text/plain; charset*=nonsense''%41",
    "multipart/form-data; boundary=xyz; charset*=undefined''a",
    "multipart/form-data; boundary*=nonsense''xyz",
)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS_THAT_CANNOT_BE_READ)
def test_a_content_type_that_cannot_be_taken_apart_still_gets_an_answer(kind: str) -> None:
    form = kind.startswith("multipart")
    for path in PAGES:
        assert (sent(path, kind)[0] == 400) is form
    assert sent("/v1/refuse?channel=nonsense" if AT_A_GATE else "/api/v1/cases", kind)[0] == 400


# --- the server as it is started ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    env = environment(tmp_path_factory.mktemp("hotline"))
    installations.made(env, "hotline")
    process = subprocess.Popen([*REPIT, "hotline", "--port", str(port)], env=env, stderr=subprocess.DEVNULL)
    try:
        until = elapsed() + TIMEOUT
        while asked(port, "GET", "/health") != 200:
            assert process.poll() is None and elapsed() < until
        yield port
    finally:
        process.kill()
        process.wait()


def asked(port: int, method: str, path: str, kind: str = "", body: bytes = b"") -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body=body, headers={"Content-Type": kind} if kind else {})
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def test_the_running_server_refuses_them_too(hotline: int) -> None:
    for kind in (*KINDS_THAT_CANNOT_BE_READ, MULTIPART + "zlib", MULTIPART + "utf-7", QUERY + "zlib"):
        status = asked(hotline, "POST", "/staff/login/", kind, BODY)
        assert status == (403 if kind.startswith("text") else 400), kind
        assert asked(hotline, "POST", "/api/v1/cases", kind, BODY) == 400, kind
    assert asked(hotline, "GET", "/health") == 200
