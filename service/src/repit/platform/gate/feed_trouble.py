"""What keeps a gate from its feed, in words for whoever runs it. Pure.

In: the code of what went wrong. Out: a sentence, what to do, and whether waiting may help. Next: `health`,
`repit check`.

What passes by itself (a hotline that is started anew) is told once it has lasted; what does not, at once. A
gate reads its settings as it starts, so whoever mends one is told to start it again.
"""

from dataclasses import dataclass
from typing import Final

from repit.foundation.errors import (
    AddressRefused,
    FeedMissing,
    KeyRefused,
    NotGranted,
    PeerExpired,
    PeerFailed,
    PeerMisnamed,
    PeerUntrusted,
    Text,
    WireRefused,
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """`message` is None where the gate's own words are the better ones; `passes`: it may by itself."""

    message: Text | None
    next_step: Text
    passes: bool = False


def trouble_of(code: str) -> Trouble:
    """What is known of a code."""
    return _KNOWN.get(code, _UNKNOWN)


_UNKNOWN: Final = Trouble(
    None,
    Text(
        "The gate goes on with what it has. The log says since when; ask the hotline whether it knows more.",
        "Le filtre continue avec ce qu’il a. Le journal dit depuis quand ; demandez à la plateforme d’aide si"
        " elle en sait plus.",
    ),
    passes=True,
)
_NO_FEED: Final = Text(
    "Check REPIT_GATE_FEED_URL: the hotline’s own address, without a path; restart the gate if you change it."
    " If it is right, tell the hotline: behind a proxy it answers only to the names in its"
    " REPIT_ALLOWED_HOSTS.",
    "Vérifiez REPIT_GATE_FEED_URL : l’adresse de la plateforme d’aide, sans chemin ; redémarrez le filtre si"
    " vous la changez. Si elle est juste, prévenez la plateforme d’aide : derrière un proxy, elle ne répond"
    " qu’aux noms de son REPIT_ALLOWED_HOSTS.",
)
_KNOWN: Final = {
    PeerFailed.code: Trouble(
        None,
        Text(
            "The gate goes on with what it has. See whether the address in REPIT_GATE_FEED_URL can be reached"
            " from this machine; if it can, the hotline or a proxy in front of it fails: tell the hotline.",
            "Le filtre continue avec ce qu’il a. Voyez si l’adresse de REPIT_GATE_FEED_URL est joignable de"
            " cette machine ; si oui, la plateforme d’aide ou un proxy devant elle est en panne :"
            " prévenez-la.",
        ),
        passes=True,
    ),
    KeyRefused.code: Trouble(
        Text(
            "The hotline does not know this gate’s key.",
            "La plateforme d’aide ne connaît pas la clé du filtre.",
        ),
        Text(
            "Put the key that it issued into REPIT_GATE_FEED_KEY, or ask it for a new one (`repit subscriber"
            " rotate` there); then restart the gate.",
            "Mettez la clé qu’elle a émise dans REPIT_GATE_FEED_KEY, ou demandez-lui une nouvelle clé (`repit"
            " subscriber rotate` chez elle) ; puis redémarrez le filtre.",
        ),
    ),
    NotGranted.code: Trouble(
        Text(
            "The hotline does not let this gate’s key follow its feed.",
            "La plateforme d’aide ne permet pas à la clé du filtre de suivre son flux.",
        ),
        Text(
            "Ask it what its agreement with you grants (`repit subscriber show` there); nothing needs to be"
            " restarted here.",
            "Demandez-lui ce que permet l’accord passé avec vous (`repit subscriber show` chez elle) ; rien"
            " n’est à redémarrer ici.",
        ),
    ),
    PeerUntrusted.code: Trouble(
        Text(
            "The hotline’s certificate is of no authority that is trusted here.",
            "Le certificat de la plateforme d’aide ne vient d’aucune autorité reconnue ici.",
        ),
        Text(
            "If the address in REPIT_GATE_FEED_URL is right, ask the hotline for the file of its authority,"
            " name it in REPIT_OUTBOUND_CA and restart the gate.",
            "Si l’adresse de REPIT_GATE_FEED_URL est juste, demandez à la plateforme d’aide le fichier de son"
            " autorité, donnez-le dans REPIT_OUTBOUND_CA et redémarrez le filtre.",
        ),
    ),
    PeerExpired.code: Trouble(
        Text(
            "The hotline’s certificate is not valid today.",
            "Le certificat de la plateforme d’aide n’est pas valable aujourd’hui.",
        ),
        Text(
            "See that this machine’s clock is right (`timedatectl`). If it is, tell the hotline: it must"
            " renew its certificate; nothing needs to be restarted here.",
            "Vérifiez l’horloge de cette machine (`timedatectl`). Si elle est juste, prévenez la plateforme"
            " d’aide : elle doit renouveler son certificat ; rien n’est à redémarrer ici.",
        ),
    ),
    PeerMisnamed.code: Trouble(
        Text(
            "The certificate that answers is for another name than the hotline’s.",
            "Le certificat qui répond vaut pour un autre nom que celui de la plateforme d’aide.",
        ),
        Text(
            "Write REPIT_GATE_FEED_URL with the name that stands in the certificate and restart the gate; if"
            " the address is right, tell the hotline.",
            "Écrivez REPIT_GATE_FEED_URL avec le nom qui figure dans le certificat et redémarrez le filtre ;"
            " si l’adresse est juste, prévenez la plateforme d’aide.",
        ),
    ),
    AddressRefused.code: Trouble(
        Text(
            "The hotline’s name leads to a private address or an unusual port.",
            "Le nom de la plateforme d’aide mène à une adresse privée ou à un port inhabituel.",
        ),
        Text(
            "If that is meant, name it as host:port in REPIT_OUTBOUND_ALLOW and restart the gate; else check"
            " REPIT_GATE_FEED_URL and this machine’s name server.",
            "Si c’est voulu, notez hôte:port dans REPIT_OUTBOUND_ALLOW et redémarrez le filtre ; sinon,"
            " vérifiez REPIT_GATE_FEED_URL et le serveur de noms de cette machine.",
        ),
    ),
    FeedMissing.code: Trouble(
        Text(
            "What answers in the hotline’s place has no feed.",
            "Ce qui répond à la place de la plateforme d’aide n’a pas de flux.",
        ),
        _NO_FEED,
    ),
    WireRefused.code: Trouble(
        Text(
            "What answers in the hotline’s place does not speak the feed’s protocol.",
            "Ce qui répond à la place de la plateforme d’aide ne parle pas le protocole du flux.",
        ),
        _NO_FEED,
    ),
}
