"""Keys, roles, forms from elsewhere, planted sessions, hostile words: what the desk refuses."""

from __future__ import annotations

import base64
import re
import secrets
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from desk_people import PASSPHRASE, caseworker, file_of, person, receipt
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import URLPattern, get_resolver
from staff_people import code_of

from repit.foundation.clock import now
from repit.foundation.errors import NotFound, SealBroken
from repit.foundation.limits.models import Count
from repit.foundation.models import AuditRow
from repit.foundation.staff.sessions import SessionStore, stored
from repit.hotline.cases import (
    casework,
    caseworkers,
    helpers,
    locations,
    oversight,
    passkeys,
    service,
    thread,
    unlocked,
    vault,
    worklist,
)
from repit.hotline.cases.casefile import Casefile
from repit.hotline.cases.models import AccessLogEntry, Case, KeyPasskey, Record, Task
from repit.hotline.web.desk import urls

pytestmark = pytest.mark.django_db
INBOX = "/staff/cases/"
FOR_SUPERVISORS = {"cases-oversee", "cases-check"}
WITHOUT_KEYS = {"cases-unlock", "cases-begin", "cases-lock"}


def addresses(case: int) -> dict[str, str]:
    """Every address of the desk, by its name."""
    patterns = [pattern for pattern in urls.urlpatterns if isinstance(pattern, URLPattern)]
    assert len(patterns) > 20 and get_resolver()
    return {
        str(pattern.name): INBOX + str(pattern.pattern).replace("<case:case>", str(case))
        for pattern in patterns
    }


def both(client: Client, address: str) -> list:
    return [client.get(address), client.post(address, {"what": "part", "who": "ana", "text": "x"})]


def test_a_stranger_and_a_password_alone_open_nothing() -> None:
    opened = receipt()
    ana = person("caseworker", name="ana")
    half = Client()
    half.post("/staff/login/", {"login": "ana", "password": "quatre mots sans lien entre eux"})
    for client in (Client(), half):
        for address in addresses(file_of(opened).case_id).values():
            for answer in both(client, address):
                assert answer.status_code == 302, address
                assert answer.headers["Location"].startswith("/staff/login/")
    assert ana.client.get("/staff/").status_code == 200


@pytest.mark.parametrize("role", ["supervisor", "moderator", "senior", "administrator", "caseworker"])
def test_a_role_opens_its_own_pages_and_no_others(role: str) -> None:
    opened = receipt()
    who = person(role)
    for name, address in addresses(file_of(opened).case_id).items():
        allowed = role == ("supervisor" if name in FOR_SUPERVISORS else "caseworker")
        for answer in both(who.client, address):
            if not allowed:
                assert answer.status_code in (403, 405), (name, answer.status_code)
            elif role == "caseworker" and name not in WITHOUT_KEYS and answer.status_code != 405:
                assert answer.headers["Location"].startswith(INBOX + "unlock/"), name
            else:
                assert answer.status_code in (200, 302, 400, 405), name


def test_a_caseworker_reaches_nothing_of_a_case_that_is_not_theirs() -> None:
    ana, bea = caseworker("ana", founds=True), caseworker("bea")
    mine, other = receipt(), receipt(seen_at=["secret location"])
    ana.client.post(f"{INBOX}{file_of(mine).case_id}/take/")
    ana.client.post(f"{INBOX}{file_of(mine).case_id}/hand-on/", {"who": "bea"})
    theirs = file_of(other).case_id
    for case in (theirs, 1, 10**18, 10**40):
        named = [address for address in addresses(case).values() if str(case) in address]
        assert len(named) > 10
        for address in named:
            assert {answer.status_code for answer in both(bea.client, address)} <= {404, 405}, address
    assert thread.read(file_of(other)) == [] and casework.holders(theirs) == []
    assert str(theirs) not in bea.client.get(INBOX).content.decode()
    assert {entry.who for entry in service.access_log(file_of(other))} == {""}


def test_a_wrong_passphrase_opens_nothing_is_noted_and_after_five_nobody_guesses_on() -> None:
    ana = caseworker("ana")
    ana.client.post(INBOX + "lock/")
    for _ in range(5):
        answer = ana.client.post(INBOX + "unlock/", {"passphrase": "not this one, no"})
        assert answer.status_code == 403 and b'role="alert"' in answer.content
    assert AuditRow.objects.filter(action="case keys refused", actor="ana").count() == 5
    assert ana.client.post(INBOX + "unlock/", {"passphrase": PASSPHRASE}).status_code == 429
    Count.objects.all().delete()
    answer = ana.client.post(INBOX + "unlock/", {"passphrase": PASSPHRASE, "next": "https://evil.example/"})
    assert answer.headers["Location"] == INBOX
    assert ana.client.get(INBOX).status_code == 200


def test_a_session_known_before_unlocking_is_worth_nothing_after_it() -> None:
    ana = caseworker("ana")
    ana.client.post(INBOX + "lock/")
    before = ana.client.cookies["repit_staff"].value
    planted = Client()
    planted.cookies["repit_staff"] = before
    assert planted.get("/staff/").status_code == 200
    ana.client.post(INBOX + "unlock/", {"passphrase": PASSPHRASE})
    assert ana.client.cookies["repit_staff"].value != before
    assert not Session.objects.filter(session_key=stored(before)).exists()
    assert planted.get(INBOX).headers["Location"].startswith("/staff/login/")
    assert ana.client.get(INBOX).status_code == 200


def test_a_session_key_that_an_attacker_chose_is_not_taken() -> None:
    ana = person("caseworker", name="ana")
    browser = Client()
    browser.cookies["repit_staff"] = "a" * 32
    browser.post("/staff/login/", {"login": "ana", "password": "quatre mots sans lien entre eux"})
    browser.post("/staff/second-factor/authenticate/", {"code": code_of(ana.secret)})
    assert browser.cookies["repit_staff"].value != "a" * 32
    assert browser.get("/staff/").status_code == 200


def test_the_session_in_the_database_does_not_open_the_keys() -> None:
    ana = caseworker("ana")
    private = caseworkers.unlock("ana", PASSPHRASE).pair.private
    key = ana.client.cookies["repit_staff"].value
    row = Session.objects.get(session_key=stored(key))
    kept = SessionStore(key)["case keys"]
    assert private not in base64.b64decode(kept) and private.hex() not in row.session_data
    assert unlocked.again(kept, key, "ana").pair.private == private
    for secret, who in ((stored(key), "ana"), (key, "bea"), ("", "ana")):
        with pytest.raises(NotFound):
            unlocked.again(kept, secret, who)
    with pytest.raises(NotFound):
        unlocked.again("not base 64 €", key, "ana")


def test_keys_lock_on_command_at_the_sign_out_and_when_they_were_renewed_elsewhere() -> None:
    ana = caseworker("ana")
    ana.client.post(INBOX + "lock/")
    assert ana.client.get(INBOX).headers["Location"] == f"{INBOX}unlock/?next=%2Fstaff%2Fcases%2F"
    ana.client.post(INBOX + "unlock/", {"passphrase": PASSPHRASE})
    assert ana.client.get(INBOX).status_code == 200
    caseworkers.rotate("ana", PASSPHRASE)
    assert ana.client.get(INBOX).status_code == 302
    ana.client.post(INBOX + "unlock/", {"passphrase": PASSPHRASE})
    ana.client.post("/staff/logout/")
    assert ana.client.get(INBOX).headers["Location"].startswith("/staff/login/")


def test_a_passphrase_is_changed_and_keys_are_renewed_on_the_page() -> None:
    ana = caseworker("ana", founds=True)
    opened = receipt()
    ana.client.post(f"{INBOX}{file_of(opened).case_id}/take/")
    page, new = INBOX + "keys/", "another one, and longer"
    for fields in (
        {"passphrase": "wrong one, sorry", "new": new, "again": new},
        {"passphrase": PASSPHRASE, "new": new, "again": "different"},
        {"passphrase": PASSPHRASE, "new": "short", "again": "short"},
    ):
        assert ana.client.post(page, fields).status_code == 400
    assert ana.client.post(page, {"passphrase": PASSPHRASE, "new": new, "again": new}).status_code == 302
    with pytest.raises(NotFound):
        caseworkers.unlock("ana", PASSPHRASE)
    before = caseworkers.unlock("ana", new).pair.public
    assert ana.client.post(page, {"passphrase": new, "renew": "1"}).status_code == 302
    assert caseworkers.unlock("ana", new).pair.public != before
    assert ana.client.get(f"{INBOX}{file_of(opened).case_id}/").status_code == 200


def test_a_passkey_s_secret_opens_the_keys_and_only_with_the_passphrase_is_one_added() -> None:
    ana = caseworker("ana", founds=True)
    page, secret = INBOX + "keys/", secrets.token_bytes(32)
    sent = base64.b64encode(secret).decode()
    for fields in (
        {"secret": sent},
        {"secret": sent, "passphrase": "not the right one"},
        {"secret": "", "passphrase": PASSPHRASE},
        {"secret": "not base 64 \u20ac", "passphrase": PASSPHRASE},
        {"secret": base64.b64encode(secret[:31]).decode(), "passphrase": PASSPHRASE},
    ):
        Count.objects.all().delete()
        assert ana.client.post(page, fields).status_code == 400, fields
    assert passkeys.count("ana") == 0
    Count.objects.all().delete()
    for _ in range(2):
        assert ana.client.post(page, {"secret": sent, "passphrase": PASSPHRASE}).status_code == 302
    assert passkeys.count("ana") == 1
    ana.client.post(INBOX + "lock/")
    wrong = base64.b64encode(secrets.token_bytes(32)).decode()
    for secret_sent in (wrong, "", "x"):
        assert ana.client.post(INBOX + "unlock/", {"secret": secret_sent}).status_code == 403
    assert ana.client.post(INBOX + "unlock/", {"secret": sent}).headers["Location"] == INBOX
    assert ana.client.get(INBOX).status_code == 200
    held = passkeys.unlock("ana", secret)
    assert held.pair.private not in bytes(KeyPasskey.objects.get().sealed)
    caseworkers.rotate("ana", PASSPHRASE)
    with pytest.raises(NotFound):
        passkeys.unlock("ana", secret)
    assert passkeys.salt_of("ana") != passkeys.salt_of("bea")


def test_the_keys_of_a_passkey_were_not_moved_from_someone_else() -> None:
    for name in ("ana", "bea"):
        caseworker(name)
    mine, theirs = secrets.token_bytes(32), secrets.token_bytes(32)
    passkeys.add(caseworkers.unlock("ana", PASSPHRASE), mine)
    passkeys.add(caseworkers.unlock("bea", PASSPHRASE), theirs)
    ours, others = (KeyPasskey.objects.get(caseworker__who=name) for name in ("ana", "bea"))
    KeyPasskey.objects.filter(pk=ours.pk).update(verifier=others.verifier, sealed=others.sealed)
    with pytest.raises(SealBroken):
        passkeys.unlock("ana", theirs)


def test_a_form_from_another_site_is_refused_on_every_address() -> None:
    ana = caseworker("ana", founds=True)
    opened = receipt()
    careful = Client(enforce_csrf_checks=True)
    careful.cookies = ana.client.cookies
    for name, address in addresses(file_of(opened).case_id).items():
        answer = careful.post(address, {"what": "part", "text": "x"})
        assert answer.status_code in ((403,) if name != "cases-inbox" else (403, 405)), (
            name,
            answer.status_code,
        )
    assert casework.holders(file_of(opened).case_id) == []


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onfocus=alert(1) autofocus x='",
    "</textarea><script>alert(1)</script>",
    "javascript:alert(1)",
    "{{ request.session }}{% load x %}",
    "%3Cscript%3E &lt;script&gt; \u2028 \u202e\0\x1b[31m",
)


class Active(HTMLParser):
    """What of a page could run: scripts without a file of ours, handlers, script addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        values = dict(attrs)
        if tag == "script" and not str(values.get("src", "")).startswith("/static/"):
            self.found.append(tag)
        if tag in ("img", "iframe", "object", "embed", "base"):
            self.found.append(tag)
        self.found += [name for name in values if name.startswith("on")]
        led = [values.get(name) or "" for name in ("href", "src", "action", "formaction", "data", "srcdoc")]
        self.found += [where for where in led if where.strip().lower().startswith(("javascript:", "data:"))]


def active_in(page: str) -> list[str]:
    parser = Active()
    parser.feed(page)
    parser.close()
    return parser.found


def test_the_parser_of_the_next_test_sees_what_would_run() -> None:
    for hostile in HOSTILE[:2]:
        assert active_in(hostile)
    assert active_in('<a href="javascript:x">') and active_in("<p onclick=x>") and not active_in("<p>x</p>")


def test_words_that_would_run_are_shown_as_words_on_every_page() -> None:
    ana = caseworker("ana", founds=True)
    everything = "\n".join(HOSTILE)
    opened = receipt(seen_at=[*HOSTILE])
    mine = file_of(opened)
    thread.write(mine, everything)
    helpers.add(mine, HOSTILE[0], ["locations"])
    page = f"{INBOX}{mine.case_id}/"
    ana.client.post(page + "take/")
    assert ana.client.post(page + "answer/", {"text": everything}).status_code == 302
    for hostile in HOSTILE:
        assert ana.client.post(page + "addresses/", {"where": hostile}).status_code == 302
        fields = {"kind": "answer", "what": hostile, "within": "24", "location": "1"}
        assert ana.client.post(page + "tasks/", fields).status_code == 302
    kept_in_the_form = [
        ana.client.post(page + "answer/", {"text": "".join(HOSTILE) * 200}),
        *(ana.client.post(page + "tasks/", {"kind": "write", "what": o, "due_at": o}) for o in HOSTILE),
        *(ana.client.post(page + "hand-on/", {"who": o}) for o in HOSTILE),
        *(ana.client.post(page + "checklist/", {"point": o}) for o in HOSTILE),
        *(ana.client.post(INBOX + "unlock/", {"passphrase": "wrong", "next": o}) for o in HOSTILE[:4]),
        *(ana.client.get(INBOX + "unlock/", {"next": o, "locked": o}) for o in HOSTILE),
        *(ana.client.get(INBOX, {"x": o}) for o in HOSTILE),
    ]
    assert all(400 <= answer.status_code < 500 for answer in kept_in_the_form[:-14]), [
        answer.status_code for answer in kept_in_the_form
    ]
    shown = [ana.client.get(address) for address in (INBOX, page, page + "log/", INBOX + "desk/")]
    visitor = Client()
    form = {"number": opened.number, "words": " ".join(opened.words("en"))}
    visitor.post("/en/come-back/", urlencode(form), content_type="application/x-www-form-urlencoded")
    shown += [visitor.get(f"/en/mine/{name}") for name in ("", "messages/", "addresses/", "helpers/", "log/")]
    for answer in [*kept_in_the_form, *shown]:
        page_text = answer.content.decode()
        assert active_in(page_text) == []
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe-inline" not in policy and "unsafe-eval" not in policy
    assert [answer.status_code for answer in shown] == [200] * len(shown)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown[1].content.decode()


def test_nothing_is_uploaded_to_the_desk_and_a_huge_body_ends_politely() -> None:
    ana = caseworker("ana", founds=True)
    opened = receipt()
    page = f"{INBOX}{file_of(opened).case_id}/"
    ana.client.post(page + "take/")
    for body, kind in (
        (b"\xff\xd8\xff" * 1000, "image/jpeg"),
        (b'{"text": ["x"]}', "application/json"),
        (b"text=" + b"x" * (9 * 1024 * 1024), "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % i for i in range(2000)), "application/x-www-form-urlencoded"),
        (b"--x\r\ngarbage", "multipart/form-data; boundary=x"),
    ):
        for name in ("answer/", "tasks/", "checklist/", "addresses/"):
            answer = ana.client.generic("POST", page + name, body, content_type=kind)
            assert 400 <= answer.status_code < 500, (kind, name, answer.status_code)
    assert thread.read(file_of(opened)) == []


# --- the supervisor ---------------------------------------------------------------------------------------


def everything_written() -> tuple:
    """A case with content of every kind, and the people around it."""
    ana, bea = caseworker("ana", founds=True), caseworker("bea")
    opened = receipt(seen_at=["location of the secret"])
    mine = file_of(opened)
    thread.write(mine, "words of the secret")
    page = f"{INBOX}{mine.case_id}/"
    ana.client.post(page + "take/")
    ana.client.post(page + "hand-on/", {"who": "bea"})
    ana.client.post(page + "tasks/", {"kind": "notice", "what": "task of the secret", "within": "4"})
    ana.client.post(page + "danger/", {"danger": "yes"})
    ana.client.post(page + "answer/", {"text": "answer of the secret"})
    receipt()
    return ana, bea, opened


def visible(answer) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())


def test_a_supervisor_sees_load_and_times_and_no_content_reaches_the_page() -> None:
    _, _, opened = everything_written()
    who = person("supervisor")
    before = visible(who.client.get(INBOX + "oversight/"))
    for secret in ("secret", opened.number, worklist.label(file_of(opened).case_id), "danger"):
        assert secret not in before
    assert str(file_of(opened).case_id) not in before
    # The page is the same, sign for sign, when every sealed value of every case is gone, and every key.
    vault.destroy(Case.objects.get(pk=file_of(opened).case_id))
    Record.objects.update(sealed=b"")
    assert visible(who.client.get(INBOX + "oversight/")) == before
    load = oversight.load()
    assert load.by_state == {"new": 1, "in-hand": 0, "waiting": 1, "closed": 0, "kept": 0}
    assert [
        (workload.who, workload.waiting, workload.tasks_open, workload.takes_in)
        for workload in load.workloads
    ] == [
        ("ana", 1, 1, True),
        ("bea", 1, 1, False),
    ]
    assert (load.taken_up.cases, load.taken_up.median_days, load.answered.cases) == (1, 0, 1)


def test_what_is_late_is_named_by_its_signs_and_nothing_that_was_said_is() -> None:
    _, _, opened = everything_written()
    left, today = receipt(seen_at=["place of the secret"]), now().date()
    case, other = file_of(opened).case_id, file_of(left).case_id
    Task.objects.filter(case=case).update(due_on=today - timedelta(days=3))
    Case.objects.filter(pk=other).update(opened_on=today - timedelta(days=8))
    assert [(late.label, late.holders, late.tasks, late.days) for late in oversight.load().late] == [
        (worklist.label(other), [], 0, 8),
        (worklist.label(case), ["ana", "bea"], 1, 3),
    ]
    who = person("supervisor")
    before = visible(who.client.get(INBOX + "oversight/"))
    rows = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in re.findall(r"(?s)<tr>.*?</tr>", before)]
    assert any(row.startswith(f"{worklist.label(case)} 1 task ana, bea") and "3 days" in row for row in rows)
    assert any(row.startswith(f"{worklist.label(other)} nobody has taken it") for row in rows)
    # Bars are as long as what the table says, and none is a script's or a style's.
    assert 'rect width="100"' in before and "style=" not in before and "secret" not in before
    Record.objects.update(sealed=b"")
    assert visible(who.client.get(INBOX + "oversight/")) == before


def test_reading_the_load_opens_no_case_and_leaves_no_log_entry() -> None:
    _, _, opened = everything_written()
    before = len(service.access_log(file_of(opened)))
    who = person("supervisor")
    who.client.get(INBOX + "oversight/")
    assert b"fits together in every case" in who.client.post(INBOX + "oversight/check/").content
    assert len(service.access_log(file_of(opened))) == before


def test_an_access_log_that_was_touched_shows_in_the_check_without_naming_the_case() -> None:
    _, _, opened = everything_written()
    Casefile(file_of(opened).case_id, caseworkers.unlock("ana", PASSPHRASE))
    AccessLogEntry.objects.filter(case=file_of(opened).case_id, number=1).delete()
    who = person("supervisor")
    shown = who.client.post(INBOX + "oversight/check/").content.decode()
    assert "In 1 case the access log does not fit together." in shown
    assert worklist.label(file_of(opened).case_id) not in shown
    assert locations.read(file_of(opened)).count == 1
