"""How an operator and those who work here are told that something happened.

In: nothing. Out: `SETTINGS`. Next: `common`.
"""

from typing import Any, Final

from repit.foundation.configuration.environment import Setting, has_password
from repit.foundation.mail_addresses import mail_server, mailbox, mailboxes, webhook, webhook_secret


def _kept_as_written(raw: str) -> str:
    mail_server(raw)
    return raw


SETTINGS: Final[tuple[Setting[Any], ...]] = (
    Setting(
        "REPIT_SMTP_URL",
        _kept_as_written,
        "",
        "The server that takes mail in, for mail to the operator and to members of staff. Signs that have a"
        " meaning in addresses are written as %40 (@), %3A (:), %2F (/). `smtp://` is for this machine only.",
        "`smtps://user:password@host:465` or `smtp+starttls://user:password@host:587`",
        "none: no mail",
        secret=True,
        gives_away=has_password,
    ),
    Setting(
        "REPIT_MAIL_FROM",
        mailbox,
        "",
        "The sender of that mail.",
        "a mail address",
        "none: no mail",
    ),
    Setting(
        "REPIT_OPERATOR_MAIL",
        mailboxes,
        (),
        "Who is told by mail of problems of this installation, and that they are over.",
        "mail addresses, separated by commas",
        "nobody",
    ),
    Setting(
        "REPIT_OPERATOR_WEBHOOK",
        webhook,
        "",
        "An address that is told the same by a POST of JSON. One that is not on the public internet must"
        " stand in `REPIT_OUTBOUND_ALLOW`.",
        "an https address",
        "none",
        secret=True,
    ),
    Setting(
        "REPIT_OPERATOR_WEBHOOK_SECRET",
        webhook_secret,
        b"",
        "Signs what the webhook is told (Standard Webhooks, HMAC-SHA-256).",
        "`whsec_` and 24 to 64 bytes in base64",
        "not signed",
        secret=True,
    ),
)
