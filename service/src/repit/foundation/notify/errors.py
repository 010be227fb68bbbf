"""Why a message did not go, in a sentence that helps whoever set the channel up.

In: what a mail server or a library says. Out: `NotDelivered`. Next: `repit notify test`, the log (its code
alone).
"""

from repit.foundation.errors import RepitError, Text


class NotDelivered(RepitError):
    """`code` is what the row and the log keep."""

    code = "not-delivered"
    message = Text("The message was not taken.", "Le message n’a pas été pris.")


class HostNotFound(NotDelivered):
    code = "mail-host-not-found"
    message = Text(
        "The name of the mail server is not found.", "Le nom du serveur de courriel est introuvable."
    )
    next_step = Text("Check the host in REPIT_SMTP_URL.", "Vérifiez l’hôte dans REPIT_SMTP_URL.")


class NoAnswer(NotDelivered):
    code = "mail-no-answer"
    message = Text("The mail server does not answer.", "Le serveur de courriel ne répond pas.")
    next_step = Text(
        "Check host and port in REPIT_SMTP_URL, and that the firewall lets this machine out to it.",
        "Vérifiez l’hôte et le port dans REPIT_SMTP_URL, et que le pare-feu laisse sortir cette machine.",
    )


class NotTrusted(NotDelivered):
    code = "mail-certificate"
    message = Text(
        "The mail server’s certificate is not trusted, or is for another name.",
        "Le certificat du serveur de courriel n’est pas reconnu, ou vaut pour un autre nom.",
    )
    next_step = Text(
        "Write the name that stands in the certificate; for an authority of your own set SSL_CERT_FILE.",
        "Écrivez le nom qui figure dans le certificat ; pour votre propre autorité, réglez SSL_CERT_FILE.",
    )


class NoEncryption(NotDelivered):
    code = "mail-no-tls"
    message = Text(
        "The mail server does not encrypt on this port.", "Le serveur de courriel ne chiffre pas sur ce port."
    )
    next_step = Text(
        "Take smtps:// for port 465, smtp+starttls:// for port 587.",
        "Prenez smtps:// pour le port 465, smtp+starttls:// pour le port 587.",
    )


class WrongPassword(NotDelivered):
    code = "mail-password"
    message = Text(
        "The mail server refuses the user name or the password.",
        "Le serveur de courriel refuse le nom d’utilisateur ou le mot de passe.",
    )
    next_step = Text(
        "Check both in REPIT_SMTP_URL; write @ as %40, : as %3A and / as %2F. Some providers want a"
        " password made for programs.",
        "Vérifiez-les dans REPIT_SMTP_URL ; écrivez @ comme %40, : comme %3A et / comme %2F. Certains"
        " hébergeurs demandent un mot de passe d’application.",
    )


class NoSignIn(NotDelivered):
    code = "mail-no-sign-in"
    message = Text(
        "The mail server asks nobody to sign in on this port.",
        "Le serveur de courriel ne propose pas de connexion sur ce port.",
    )
    next_step = Text(
        "Take the port for those who send (587 or 465), or leave user and password out.",
        "Prenez le port d’envoi (587 ou 465), ou retirez nom d’utilisateur et mot de passe.",
    )


class SenderRefused(NotDelivered):
    code = "mail-sender"
    message = Text(
        "The mail server does not let this sender write.",
        "Le serveur de courriel n’accepte pas cet expéditeur.",
    )
    next_step = Text(
        "Set REPIT_MAIL_FROM to an address that belongs to the account.",
        "Réglez REPIT_MAIL_FROM sur une adresse de ce compte.",
    )


class RecipientRefused(NotDelivered):
    code = "mail-recipient"
    message = Text(
        "The mail server does not take mail for a recipient.",
        "Le serveur de courriel refuse un destinataire.",
    )
    next_step = Text("Check the address.", "Vérifiez l’adresse.")


class ServerRefused(NotDelivered):
    code = "mail-refused"
    message = Text("The mail server refuses the message.", "Le serveur de courriel refuse le message.")
    next_step = Text(
        "Look at the mail server’s own log at this time.",
        "Regardez le journal du serveur de courriel à cette heure.",
    )


class WebhookRefused(NotDelivered):
    code = "webhook-refused"
    message = Text("The webhook did not take the message.", "Le webhook n’a pas pris le message.")
    next_step = Text(
        "Check REPIT_OPERATOR_WEBHOOK and its secret; any answer from 200 to 299 counts as taken.",
        "Vérifiez REPIT_OPERATOR_WEBHOOK et son secret ; de 200 à 299, c’est accepté.",
    )

    def __init__(self, status: int = 0) -> None:
        answered = Text(f"The webhook answered {status}.", f"Le webhook a répondu {status}.")
        super().__init__(answered if status else None, detail=str(status or ""))
