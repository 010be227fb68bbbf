"""Named refusals of the service, each with a message, a next step, and whether both may be shown.

    RepitError
    ├── SettingsRefused             the environment does not say what is needed; nothing starts
    ├── PortTaken                   another process listens there
    ├── RequestRefused              what came in will not be handled, and why
    │   ├── InputRefused            not the shape that is asked for
    │   ├── TooLarge                more bytes or entries than the limit
    │   ├── TooSlow                 it did not come in time
    │   ├── TooManyReports          more of them in an hour than one subscriber may send
    │   ├── KeyRefused              no key, or not one of ours
    │   ├── NotGranted              a good key, without this permission
    │   ├── NotFound                nothing there (or nothing this caller may know of)
    │   └── TransitionRefused       the state does not allow that step
    ├── Unavailable                 cannot be done now: try again
    │   ├── DatabaseUnavailable     the database does not answer or is locked
    │   └── DiskUnavailable         the disk takes nothing more
    ├── SealBroken                  a sealed value does not open: wrong key, altered, or from another row
    ├── OutboundRefused             a request of ours that is not made, or whose answer is not taken
    │   ├── AddressRefused          the name leads to an address we do not connect to
    │   ├── PeerFailed              no connection, or no usable answer
    │   │   ├── PeerUntrusted       its certificate is of nobody whom we trust
    │   │   │   ├── PeerExpired     its certificate is not valid today
    │   │   │   └── PeerMisnamed    its certificate is for another name
    │   │   └── PeerBusy            it asks to be left alone for a while
    │   └── AnswerTooLarge          more bytes than the caller allows
    └── ExchangeRefused             a feed that will not be followed further, and why
        ├── WireRefused             the peer's message is not in the form of the protocol
        │   └── SnapshotCut         a snapshot ended before its end: go on from its last mark
        ├── FeedMissing             what answers there has no feed for us
        ├── FeedForeign             the feed is another one than was followed so far
        └── FeedGap                 changes are missing between what we hold and what came

In: what went wrong. Out: one JSON shape everywhere (RFC 9457), in French or English. Next: views answer
with `problem`, the command line prints `shown`. `message` and `next_step` never carry anything of a person.
"""

from typing import ClassVar, NamedTuple

from typing_extensions import TypedDict  # of Python 3.12, whose own pydantic reads only from there on


class Text(NamedTuple):
    """One sentence in both languages; written together, so that neither can be missing."""

    en: str
    fr: str

    def in_language(self, language: str | None) -> str:
        """French for `fr` and its variants, English for everything else."""
        return self.fr if (language or "").lower().startswith("fr") else self.en


class Problem(TypedDict):
    """The members of an `application/problem+json` answer (RFC 9457, section 3.1), and two of ours."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    next_step: str


class RepitError(Exception):
    """Base of every error raised on purpose. `detail` is for the log: never personal data, never a hash."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    safe_to_show: ClassVar[bool] = True
    retry_seconds: int = 0
    """After how many it is worth another try, where that is known."""
    message: Text = Text("Something went wrong on our side.", "Une erreur s’est produite de notre côté.")
    next_step: Text = Text("Try again in a few minutes.", "Réessayez dans quelques minutes.")

    def __init__(
        self, message: Text | None = None, next_step: Text | None = None, *, detail: str = ""
    ) -> None:
        if message is not None:
            self.message = message
        if next_step is not None:
            self.next_step = next_step
        self.detail = detail
        super().__init__(f"{self.message.en} {detail}".rstrip())

    def shown(self, language: str | None) -> tuple[str, str]:
        """(message, next step) for a person; a general sentence where this one is not safe to show."""
        source = self if self.safe_to_show else RepitError()
        return source.message.in_language(language), source.next_step.in_language(language)

    def problem(self, language: str | None) -> Problem:
        """The answer to a machine, in a language."""
        message, next_step = self.shown(language)
        return {
            "type": f"urn:repit:problem:{self.code}",
            "title": message,
            "status": self.status,
            "detail": next_step,
            "code": self.code,
            "next_step": next_step,
        }


class SettingsRefused(RepitError):
    code = "settings"
    message = Text("A setting is missing or wrong.", "Un réglage manque ou est faux.")
    next_step = Text("See docs/en/settings.md.", "Voir docs/en/settings.md.")


class PortTaken(RepitError):
    code = "port-taken"
    message = Text(
        "Another process already listens on that port.", "Un autre processus écoute déjà sur ce port."
    )
    next_step = Text(
        "Stop it, or choose another with --port.", "Arrêtez-le, ou choisissez-en un autre avec --port."
    )


class RequestRefused(RepitError):
    code = "request-refused"
    status = 400
    message = Text("This request cannot be handled.", "Cette demande ne peut pas être traitée.")
    next_step = Text("Compare it with the documentation.", "Comparez-la avec la documentation.")


class InputRefused(RequestRefused):
    code = "input-refused"
    message = Text("This is not in the form that is asked for.", "Ceci n’est pas dans la forme demandée.")


class TooLarge(RequestRefused):
    code = "too-large"
    status = 413
    message = Text("This is larger than what is accepted.", "Ceci dépasse la taille acceptée.")
    next_step = Text("Send less at a time.", "Envoyez-en moins à la fois.")


class TooSlow(RequestRefused):
    code = "too-slow"
    status = 408
    message = Text("The request did not arrive in time.", "La demande n’est pas arrivée à temps.")
    next_step = Text("Send it again.", "Envoyez-la de nouveau.")


class TooManyReports(RequestRefused):
    code = "too-many-reports"
    status = 429
    message = Text(
        "This key has sent as much as one may in an hour.",
        "Cette clé a envoyé tout ce qu’elle peut en une heure.",
    )
    next_step = Text("Send it again after Retry-After.", "Renvoyez-le après Retry-After.")


class KeyRefused(RequestRefused):
    code = "key-refused"
    status = 401
    message = Text("The key is missing or not known.", "La clé manque ou n’est pas connue.")
    next_step = Text(
        "Send it as 'Authorization: Bearer …'; the hotline issues it with `repit subscriber add`.",
        "Envoyez-la dans « Authorization: Bearer … » ; l’association la crée avec `repit subscriber add`.",
    )


class NotGranted(RequestRefused):
    code = "not-granted"
    status = 403
    message = Text("This key does not allow this request.", "Cette clé ne permet pas cette demande.")
    next_step = Text("Ask the hotline for the permission.", "Demandez la permission à l’association.")


class NotFound(RequestRefused):
    code = "not-found"
    status = 404
    message = Text("Nothing was found with these details.", "Rien n’a été trouvé avec ces indications.")
    next_step = Text("Check them and try again.", "Vérifiez-les et réessayez.")


class TransitionRefused(RequestRefused):
    code = "transition-refused"
    status = 409
    message = Text("The present state does not allow this.", "L’état actuel ne permet pas cela.")
    next_step = Text("Look at the present state first.", "Regardez d’abord l’état actuel.")


class Unavailable(RepitError):
    code = "unavailable"
    status = 503
    message = Text("This cannot be done right now.", "Ceci ne peut pas être fait pour l’instant.")


class DatabaseUnavailable(Unavailable):
    code = "database-unavailable"
    message = Text("The database does not answer.", "La base de données ne répond pas.")


class DiskUnavailable(Unavailable):
    code = "disk-unavailable"
    message = Text("Nothing can be written just now.", "Rien ne peut être écrit pour l’instant.")


class SealBroken(RepitError):
    code = "seal-broken"
    safe_to_show = False
    message = Text("A sealed value does not open.", "Une valeur scellée ne s’ouvre pas.")
    next_step = Text(
        "Check that the operator key is the one this database was written with.",
        "Vérifiez que la clé d’exploitation est celle avec laquelle cette base a été écrite.",
    )


class OutboundRefused(RepitError):
    code = "outbound-refused"
    status = 502
    message = Text(
        "A request to another service was not made.", "Une demande à un autre service n’a pas été faite."
    )


class AddressRefused(OutboundRefused):
    code = "address-refused"
    message = Text(
        "The other service’s name leads to an address that is not connected to.",
        "Le nom de l’autre service mène à une adresse à laquelle on ne se connecte pas.",
    )
    next_step = Text(
        "If it is a peer of yours, list it in REPIT_OUTBOUND_ALLOW.",
        "Si c’est un de vos partenaires, ajoutez-le à REPIT_OUTBOUND_ALLOW.",
    )


class PeerFailed(OutboundRefused):
    code = "peer-failed"
    message = Text(
        "The other service did not answer as it should.", "L’autre service n’a pas répondu correctement."
    )


class PeerUntrusted(PeerFailed):
    code = "peer-untrusted"
    message = Text(
        "The other service’s certificate is not trusted.", "Le certificat de l’autre service n’est pas sûr."
    )
    next_step = Text(
        "If the address is right, name its certificate authority in REPIT_OUTBOUND_CA; a wrong clock looks"
        " the same.",
        "Si l’adresse est bonne, donnez son autorité de certification dans REPIT_OUTBOUND_CA ; une horloge"
        " fausse a le même effet.",
    )


class PeerExpired(PeerUntrusted):
    code = "peer-expired"
    message = Text(
        "The other service’s certificate is not valid today.",
        "Le certificat de l’autre service n’est pas valable aujourd’hui.",
    )
    next_step = Text(
        "See that this machine’s clock is right (`timedatectl`); if it is, the other service must renew its"
        " certificate.",
        "Vérifiez l’horloge de cette machine (`timedatectl`) ; si elle est juste, l’autre service doit"
        " renouveler son certificat.",
    )


class PeerMisnamed(PeerUntrusted):
    code = "peer-misnamed"
    message = Text(
        "The other service’s certificate is for another name.",
        "Le certificat de l’autre service vaut pour un autre nom.",
    )
    next_step = Text(
        "Write its address with the name that stands in the certificate; if it is right, the other service"
        " must get a certificate for it.",
        "Écrivez son adresse avec le nom qui figure dans le certificat ; si elle est juste, l’autre service"
        " doit obtenir un certificat à ce nom.",
    )


class PeerBusy(PeerFailed):
    """`seconds`: for how long, as far as it says."""

    code = "peer-busy"
    message = Text(
        "The other service asks to be left alone for a while.",
        "L’autre service demande d’attendre un peu.",
    )

    def __init__(self, seconds: float = 0.0, *, detail: str = "") -> None:
        self.seconds = seconds
        super().__init__(detail=detail)


class AnswerTooLarge(OutboundRefused):
    code = "answer-too-large"
    message = Text(
        "The other service’s answer is too large.", "La réponse de l’autre service est trop grande."
    )


class ExchangeRefused(RepitError):
    code = "exchange-refused"
    status = 502
    message = Text("The feed cannot be followed further.", "Le flux ne peut pas être suivi plus loin.")


class WireRefused(ExchangeRefused):
    code = "wire-refused"
    message = Text(
        "The message is not in the form of the protocol.", "Le message n’a pas la forme du protocole."
    )


class SnapshotCut(WireRefused):
    code = "snapshot-cut"
    message = Text("The snapshot ended too early.", "L’instantané s’est arrêté trop tôt.")


class FeedMissing(ExchangeRefused):
    code = "feed-missing"
    message = Text(
        "What answers at that address has no feed of Répit.",
        "Ce qui répond à cette adresse n’a pas de flux de Répit.",
    )
    next_step = Text(
        "Check the address: the hotline’s own, without a path. Behind a proxy a hotline answers only to the"
        " names in its REPIT_ALLOWED_HOSTS.",
        "Vérifiez l’adresse : celle de la plateforme d’aide, sans chemin. Derrière un proxy, celle-ci ne"
        " répond qu’aux noms de son REPIT_ALLOWED_HOSTS.",
    )


class FeedForeign(ExchangeRefused):
    code = "feed-foreign"
    message = Text(
        "This is another feed than the one followed so far.",
        "Ce flux n’est pas celui qui était suivi jusqu’ici.",
    )
    next_step = Text("Start again from a snapshot.", "Repartez d’un instantané.")


class FeedGap(ExchangeRefused):
    code = "feed-gap"
    message = Text("Changes are missing in the feed.", "Des changements manquent dans le flux.")
    next_step = Text("Start again from a snapshot.", "Repartez d’un instantané.")
