"""`repit notify test`, as an operator types it: each channel is tried, and each failure has a sentence."""

from __future__ import annotations

from pathlib import Path

import installations
import mail_server
import pytest
import webhook_receiver
from running import environment
from terminal import typed


def run(data: Path, language: str = "en", **settings: str) -> tuple[int, str]:
    env = {**environment(data), "REPIT_LANGUAGE": language, **settings}
    installations.made(environment(data), "hotline")
    done = typed(env, "notify", "test")
    return done.returncode, done.stdout + done.stderr


def test_both_channels_are_tried_and_their_answers_said(tmp_path: Path) -> None:
    with mail_server.running(tmp_path) as server, webhook_receiver.running() as receiver:
        settings = {
            "REPIT_SMTP_URL": server.url(),
            "REPIT_MAIL_FROM": "repit@mail.example",
            "REPIT_OPERATOR_MAIL": "one@mail.example, two@mail.example",
            "REPIT_OPERATOR_WEBHOOK": f"http://{receiver.peer}/",
            "REPIT_OUTBOUND_ALLOW": receiver.peer,
            "SSL_CERT_FILE": str(server.authority),
        }
        code, stated = run(tmp_path / "data", **settings)
        assert (code, stated) == (0, "Mail: taken.\nWebhook: taken.\n")
        assert server.taken[0].to == ["one@mail.example", "two@mail.example"]
        wrong = {**settings, "REPIT_SMTP_URL": server.url(password="wrong"), "REPIT_OUTBOUND_ALLOW": "x:1"}
        code, stated = run(tmp_path / "data", "fr", **wrong)
        assert code == 1 and "refuse le nom d’utilisateur ou le mot de passe" in stated
        assert "REPIT_OUTBOUND_ALLOW" in stated and "wrong" not in stated


def test_an_installation_that_tells_nobody_says_so(tmp_path: Path) -> None:
    code, stated = run(tmp_path / "data")
    assert code == 1 and "Nobody is told anything" in stated


@pytest.mark.parametrize(
    ("name", "value"),
    [("REPIT_SMTP_URL", "smtp://mail.example"), ("REPIT_OPERATOR_WEBHOOK_SECRET", "whsec_short")],
)
def test_a_setting_that_makes_no_sense_stops_the_start(tmp_path: Path, name: str, value: str) -> None:
    code, stated = run(tmp_path / "data", **{name: value})
    assert code == 1 and name in stated and value not in stated
