"""Mail and webhook against a real mail server with TLS and a password, and a real receiver."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mail_server
import pytest
import webhook_receiver
from mail_server import MailServer
from pytest_django import Settings as SettingsWrapper
from webhook_receiver import Receiver

from repit.foundation import mail_addresses as addresses
from repit.foundation.errors import AddressRefused, PeerFailed
from repit.foundation.notify import errors, smtp, webhook

FROM, TO = "repit@mail.example", "operator@mail.example"
SECRET = bytes(range(32))


def set_up(settings: SettingsWrapper, url: str) -> None:
    settings.REPIT_SMTP_URL, settings.REPIT_MAIL_FROM = url, FROM


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Starts a server whose authority this process trusts."""

    def start(**behaviour: Any) -> Any:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / f"{behaviour.get('name', 'localhost')}.pem"))
        return mail_server.running(tmp_path, **behaviour)

    return start


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
def test_mail_is_handed_in_encrypted_and_signed_in(
    trusting: Any, settings: SettingsWrapper, security: str
) -> None:
    with trusting(security=security) as server:
        set_up(settings, server.url())
        assert smtp.send([TO], "Répit : un essai", "Ça va ?\n", name="one")
    (mail,) = server.taken
    assert mail.to == [TO]
    assert mail.message["From"] == FROM and mail.message["To"] == TO
    assert mail.message["Subject"] == "Répit : un essai"
    assert mail.message["Message-ID"] == "<one@mail.example>"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert mail.message.get_content() == "Ça va ?\n"
    assert set(mail.message.keys()) <= {
        *("From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version"),
        *("Content-Type", "Content-Transfer-Encoding"),
    }


@pytest.mark.parametrize(
    ("behaviour", "password", "refused"),
    [
        ({}, "wrong", errors.WrongPassword),
        ({"refuses_sender": True}, "", errors.SenderRefused),
        ({"refuses": (TO,)}, "", errors.RecipientRefused),
        ({"refuses_content": True}, "", errors.ServerRefused),
        ({"signs_in": False}, "", errors.NoSignIn),
        ({"name": "elsewhere.example"}, "", errors.NotTrusted),
    ],
)
def test_each_refusal_has_a_sentence_of_its_own(
    trusting: Any, settings: SettingsWrapper, behaviour: Any, password: str, refused: type[Exception]
) -> None:
    with trusting(**behaviour) as server:
        set_up(settings, server.url(password=password) if password else server.url())
        with pytest.raises(refused) as caught:
            smtp.send([TO], "x", "x")
        assert isinstance(caught.value, errors.NotDelivered)
        assert TO not in repr(caught.value) and "localhost" not in str(caught.value)
        assert server.taken == []


def test_a_certificate_of_an_unknown_authority_is_not_trusted(
    tmp_path: Path, settings: SettingsWrapper
) -> None:
    with mail_server.running(tmp_path) as server:
        set_up(settings, server.url())
        with pytest.raises(errors.NotTrusted):
            smtp.send([TO], "x", "x")
        assert server.taken == []


def test_a_server_that_does_not_encrypt_gets_no_password(trusting: Any, settings: SettingsWrapper) -> None:
    with trusting(security="none") as server:
        for scheme in ("smtps", "smtp+starttls"):
            set_up(settings, f"{scheme}://user:secret@localhost:{server.port}")
            with pytest.raises(errors.NoEncryption):
                smtp.send([TO], "x", "x")


def test_a_name_that_is_not_found_and_a_port_where_nobody_listens(settings: SettingsWrapper) -> None:
    set_up(settings, "smtps://nowhere.invalid")
    with pytest.raises(errors.HostNotFound):
        smtp.send([TO], "x", "x")
    set_up(settings, "smtps://127.0.0.1:1")
    with pytest.raises(errors.NoAnswer):
        smtp.send([TO], "x", "x")


def test_a_server_that_dribbles_holds_nobody_up(trusting: Any, settings: SettingsWrapper) -> None:
    with trusting(dribbles=True) as server:
        set_up(settings, server.url())
        with pytest.raises(errors.NotDelivered):
            smtp.send([TO], "x", "x", seconds=0.5)
        assert not server.over.is_set()  # it would have gone on


def test_who_is_refused_among_several_does_not_keep_the_others_from_being_told(
    trusting: Any, settings: SettingsWrapper
) -> None:
    with trusting(refuses=("gone@mail.example",)) as server:
        set_up(settings, server.url())
        assert not smtp.send([TO, "gone@mail.example"], "x", "x")
        assert [mail.to for mail in server.taken] == [[TO]]


@pytest.mark.parametrize(
    "raw",
    [
        "smtp://mail.example",
        "smtp://user:word@localhost",
        "https://mail.example",
        "smtps://",
        "smtps://mail.example/inbox",
        "smtps://mail.example:port",
    ],
)
def test_a_server_that_would_not_encrypt_or_makes_no_sense_is_no_setting(raw: str) -> None:
    with pytest.raises(ValueError):
        addresses.mail_server(raw)


@pytest.fixture
def receiver(settings: SettingsWrapper) -> Iterator[Receiver]:
    with webhook_receiver.running() as running:
        settings.REPIT_OPERATOR_WEBHOOK = f"http://{running.peer}/hook?room=7"
        settings.REPIT_OPERATOR_WEBHOOK_SECRET = SECRET
        settings.REPIT_OUTBOUND_ALLOW = frozenset({running.peer})
        yield running


def test_a_webhook_is_signed_as_standard_webhooks_says(receiver: Receiver) -> None:
    webhook.send("msg_1", {"type": "repit.test"})
    (announced,) = receiver.announced
    assert announced.path == "/hook?room=7" and json.loads(announced.body) == {"type": "repit.test"}
    assert (
        announced.headers["webhook-id"] == "msg_1" and announced.headers["content-type"] == "application/json"
    )
    signed = f"msg_1.{announced.headers['webhook-timestamp']}.".encode() + announced.body
    right = base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()
    assert announced.headers["webhook-signature"] == f"v1,{right}"


def test_the_signature_is_the_one_of_the_specification() -> None:
    """The example of Standard Webhooks' own libraries."""
    secret = addresses.webhook_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    made = webhook.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("status", [302, 400, 401, 500])
def test_any_other_answer_is_a_refusal(receiver: Receiver, status: int) -> None:
    receiver.status = status
    with pytest.raises(errors.WebhookRefused, match=str(status)):
        webhook.send("msg_1", {})


def test_a_webhook_goes_the_vetted_way_out(receiver: Receiver, settings: SettingsWrapper) -> None:
    settings.REPIT_OUTBOUND_ALLOW = frozenset()
    with pytest.raises(AddressRefused):
        webhook.send("msg_1", {})
    settings.REPIT_OUTBOUND_ALLOW = frozenset({"127.0.0.1:1"})
    settings.REPIT_OPERATOR_WEBHOOK = "http://127.0.0.1:1/"
    with pytest.raises(PeerFailed):
        webhook.send("msg_1", {})
    assert receiver.announced == []


@pytest.mark.parametrize("raw", ["secret", "whsec_short", "whsec_!!!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"])
def test_a_secret_that_is_none_is_refused(raw: str) -> None:
    with pytest.raises(ValueError):
        addresses.webhook_secret(raw)


def test_a_mail_server_says_nothing_of_its_password() -> None:
    server: MailServer | addresses.MailServer = addresses.mail_server("smtps://user:secret@mail.example")
    assert "secret" not in repr(server)
