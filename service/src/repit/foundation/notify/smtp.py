"""Mail, handed in at the operator's server: the one module that speaks SMTP.

In: recipients, a subject, lines. Out: nothing, or `NotDelivered` by its reason. Next: `outbox`, `work_mail`,
`repit notify test`.

TLS is verified, by the system's authorities. `SECONDS` bind the whole exchange, however a server dribbles.
What is said is without anything of a person; what the server says is not logged, for it quotes addresses.
"""

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from typing import Final

from django.conf import settings

from repit.foundation.ids import token
from repit.foundation.mail_addresses import MailServer, mail_server
from repit.foundation.notify import errors

SECONDS: Final = 30.0


def is_set_up() -> bool:
    """Whether there is a server and a sender."""
    return bool(settings.REPIT_SMTP_URL and settings.REPIT_MAIL_FROM)


def send(to: Sequence[str], subject: str, body: str, *, name: str = "", seconds: float = SECONDS) -> bool:
    """Hand one mail in; whether it was taken for every recipient. `name` makes its Message-ID the same when
    it is sent again. Raises `NotDelivered`."""
    sender: str = settings.REPIT_MAIL_FROM
    domain = sender.rpartition("@")[2]
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, ", ".join(to), subject
    message["Message-ID"] = f"<{name or token(120)}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answers
    message.set_content(body)
    with _named_failures(), _open(mail_server(settings.REPIT_SMTP_URL), domain, seconds) as client:
        return not client.send_message(message, sender, list(to))


@contextmanager
def _open(server: MailServer, domain: str, seconds: float) -> Iterator[smtplib.SMTP]:
    context = ssl.create_default_context()
    if server.security == "tls":
        client: smtplib.SMTP = smtplib.SMTP_SSL(local_hostname=domain, timeout=seconds, context=context)
    else:
        client = smtplib.SMTP(local_hostname=domain, timeout=seconds)
    # `connect` by hand: a server's name stands in no exception, and TLS wants to know it.
    client._host = server.host  # type: ignore[attr-defined]
    late = threading.Timer(seconds, _cut, [client])
    late.daemon = True
    late.start()
    try:
        client.connect(server.host, server.port)
        if server.security == "starttls":
            client.starttls(context=context)
        if server.user:
            client.ehlo_or_helo_if_needed()
            if not client.has_extn("auth"):
                raise errors.NoSignIn
            client.login(server.user, server.password)
        yield client
        with suppress(smtplib.SMTPException, OSError):
            client.quit()
    finally:
        late.cancel()
        client.close()


def _cut(client: smtplib.SMTP) -> None:
    """End an exchange whose time is over: whoever reads from it sees its end."""
    sock = client.sock
    if sock is not None:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


@contextmanager
def _named_failures() -> Iterator[None]:
    """What smtplib raises, by our names; its texts quote addresses and are not kept."""
    try:
        yield
    except smtplib.SMTPAuthenticationError:
        raise errors.WrongPassword from None
    except smtplib.SMTPSenderRefused:
        raise errors.SenderRefused from None
    except smtplib.SMTPRecipientsRefused:
        raise errors.RecipientRefused from None
    except smtplib.SMTPNotSupportedError:
        raise errors.NoEncryption from None
    except smtplib.SMTPServerDisconnected:
        raise errors.NoAnswer(detail="it hung up") from None
    except smtplib.SMTPResponseException as error:
        raise errors.ServerRefused(detail=str(error.smtp_code)) from None
    except smtplib.SMTPException as error:
        raise errors.ServerRefused(detail=type(error).__name__) from None
    except ssl.SSLCertVerificationError:
        raise errors.NotTrusted from None
    except ssl.SSLError:
        raise errors.NoEncryption from None
    except socket.gaierror:
        raise errors.HostNotFound from None
    except OSError as error:
        raise errors.NoAnswer(detail=type(error).__name__) from None
