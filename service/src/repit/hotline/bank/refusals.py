"""Why what a person asked of an item is not done, and what may be done with it instead. Pure.

In: an item's name, the state that it is in. Out: `TransitionRefused`. Next: `states`, `items`.
"""

from typing import Final

from repit.foundation.errors import Text, TransitionRefused
from repit.hotline.bank.types import State

_FOR_GOOD: Final = Text(
    "That is for good. Whoever wants the picture protected again submits it anew.",
    "C’est définitif. Pour protéger de nouveau l’image, il faut la déposer de nouveau.",
)
_STANDS: Final[dict[State, tuple[Text, Text]]] = {
    "received": (
        Text("This item is not published yet.", "Cet élément n’est pas encore publié."),
        Text(
            "Publish it or have it forgotten: `repit bank release {0} --reason …`, `repit bank withdraw {0}"
            " --reason …`.",
            "Publiez-le ou faites-le oublier : `repit bank release {0} --reason …`, `repit bank withdraw {0}"
            " --reason …`.",
        ),
    ),
    "active": (
        Text("This item is published.", "Cet élément est publié."),
        Text(
            "What may be done with it: `repit bank ask {0} --reason …` (platforms look again), `suspend`,"
            " `withdraw`. What waits for you: `repit bank review`.",
            "Ce que l’on peut en faire : `repit bank ask {0} --reason …` (nouvel examen par les plateformes),"
            " `suspend`, `withdraw`. Ce qui vous attend : `repit bank review`.",
        ),
    ),
    "disputed": (
        Text("This item is suspended.", "Cet élément est suspendu."),
        Text(
            "Keep it or have it forgotten: `repit bank release {0} --reason …`, `repit bank withdraw {0}"
            " --reason …`.",
            "Gardez-le ou faites-le oublier : `repit bank release {0} --reason …`, `repit bank withdraw {0}"
            " --reason …`.",
        ),
    ),
    "withdrawn": (
        Text(
            "This item was withdrawn: everyone was told to forget it.",
            "Cet élément a été retiré : son oubli a été annoncé à tous.",
        ),
        _FOR_GOOD,
    ),
    "erased": (Text("This item was erased.", "Cet élément a été effacé."), _FOR_GOOD),
}


def stands(name: str, state: State, *, detail: str) -> TransitionRefused:
    """The state does not allow that step: which one it is, and the commands that it allows."""
    message, next_step = _STANDS[state]
    return TransitionRefused(
        message, Text(next_step.en.format(name), next_step.fr.format(name)), detail=detail
    )


def no_quality(name: str) -> TransitionRefused:
    """Nothing of the item may be published, whoever decides it."""
    return TransitionRefused(
        Text(
            "No hash of this item may be published: each came with a quality below 50, or with none, which"
            " counts as 0.",
            "Aucune empreinte de cet élément ne peut être publiée : chacune est arrivée avec une qualité"
            " inférieure à 50, ou sans qualité, ce qui compte pour 0.",
        ),
        Text(
            "If you know the quality, take the hash in anew with it (a line `HASH,QUALITY`: `repit bank"
            f" import FILE --reason …`), and withdraw this item: `repit bank withdraw {name} --reason …`. A"
            " picture too plain for 50 is never published: it would stop pictures of others.",
            "Si vous connaissez la qualité, reprenez l’empreinte avec elle (une ligne `EMPREINTE,QUALITÉ` :"
            f" `repit bank import FICHIER --reason …`), et retirez cet élément : `repit bank withdraw {name}"
            " --reason …`. Une image trop uniforme pour atteindre 50 n’est jamais publiée : elle en"
            " bloquerait d’autres.",
        ),
    )
