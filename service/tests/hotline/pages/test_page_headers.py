"""What every response says to the browser: keep nothing, share nothing, load nothing from elsewhere."""

import pytest
from django.test import Client, override_settings

ADDRESSES = ["/fr/", "/en/first-steps/", "/fr/absent/", "/fr/fails/", "/en/forbids/", "/robots.txt", "/"]
pytestmark = pytest.mark.usefixtures("_pages_that_fail")


@pytest.fixture
def _pages_that_fail():
    with override_settings(ROOT_URLCONF="pages_urls"):
        yield


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Cache-Control", "no-store"),
        ("Cross-Origin-Embedder-Policy", "require-corp"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
    ],
)
def test_every_response_keeps_the_visit_private(
    visitor: Client, address: str, header: str, value: str
) -> None:
    assert visitor.get(address).headers[header] == value


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_policy_allows_this_site_only_and_no_connection(visitor: Client, address: str) -> None:
    stated = visitor.get(address).headers["Content-Security-Policy"]
    policy = dict(part.strip().split(" ", 1) for part in stated.split(";"))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "worker-src": "'self'",
        "img-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "require-trusted-types-for": "'script'",
    }


def test_what_only_machines_read_may_load_nothing_at_all(visitor: Client) -> None:
    answer = visitor.get("/health")
    assert answer.headers["Content-Type"].startswith("application/json")
    policy = answer.headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    assert visitor.get("/fr/").headers["Content-Security-Policy"] != policy


def test_every_listed_feature_is_refused_to_every_origin(visitor: Client) -> None:
    features = visitor.get("/fr/").headers["Permissions-Policy"].split(", ")
    assert len(features) > 20
    assert all(feature.endswith("=()") for feature in features)
    assert {"camera=()", "microphone=()", "geolocation=()"} <= set(features)


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_response_sets_a_cookie_or_a_tag_that_recognises_a_visitor(visitor: Client, address: str) -> None:
    answer = visitor.get(address)
    assert not answer.cookies
    assert "ETag" not in answer.headers
    assert "Last-Modified" not in answer.headers


@pytest.mark.django_db  # closing a streamed answer asks after old connections
def test_style_sheets_and_scripts_are_not_kept_either(visitor: Client) -> None:
    answer = visitor.get("/static/case_pages/page.css")
    assert b":root" in b"".join(answer.streaming_content)
    answer.close()
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert "Last-Modified" not in answer.headers


def test_advice_may_be_found_and_everything_else_is_unlisted(visitor: Client) -> None:
    assert visitor.get("/fr/").headers["X-Robots-Tag"] == "noarchive"
    for address in ("/fr/absent/", "/fr/fails/", "/en/forbids/", "/robots.txt"):
        assert visitor.get(address).headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert visitor.get("/robots.txt").content == b"User-agent: *\nDisallow:\n"


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("fr-CA,fr;q=0.9,en;q=0.8", "/fr/"),
        ("en-GB,en;q=0.9", "/en/"),
        ("de,en;q=0.5", "/en/"),
        ("de,fr;q=0.5", "/fr/"),
    ],
)
def test_the_root_leads_to_the_visitor_s_language(visitor: Client, asked: str, shown: str) -> None:
    answer = visitor.get("/", headers={"accept-language": asked})
    assert answer.status_code == 302
    assert answer.headers["Location"] == shown
    assert "Accept-Language" in answer.headers["Vary"]


def test_a_forgotten_last_sign_is_forgiven(visitor: Client) -> None:
    assert visitor.get("/fr").headers["Location"] == "/fr/"
    assert visitor.get("/en").headers["Location"] == "/en/"


def test_pages_have_a_title_that_tells_nothing_to_a_passer_by(visitor: Client) -> None:
    for address in ("/fr/", "/en/", "/fr/premiers-pas/", "/en/who-can-help/", "/fr/ce-que-nous-gardons/"):
        title = visitor.get(address).content.decode().split("<title>")[1].split("</title>")[0].lower()
        assert title.endswith("répit")
        assert not any(word in title for word in ("intim", "image", "nud", "sex", "porn", "deepfake"))


def test_both_languages_carry_the_same_structure(visitor: Client) -> None:
    def shape(address: str) -> list[str]:
        text = visitor.get(address).content.decode()
        return [
            tag for tag in ("h1", "h2", "h3", "li", "section", "a") for _n in range(text.count(f"<{tag}"))
        ]

    pairs = [
        ("/fr/", "/en/"),
        ("/fr/premiers-pas/", "/en/first-steps/"),
        ("/fr/aider-quelqu-un/", "/en/helping-someone/"),
        ("/fr/qui-peut-aider/", "/en/who-can-help/"),
        ("/fr/professionnels/", "/en/professionals/"),
        ("/fr/ce-que-nous-gardons/", "/en/what-we-keep/"),
    ]
    for french, english in pairs:
        assert shape(french) == shape(english)
