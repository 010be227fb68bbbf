"""Whether the file of case keys is the one that belongs to this database, and what to do when it is lost.

In: nothing, or someone's decision. Out: a refusal that names the file; cases that nobody can open, deleted.
Next: `repit hotline`, before it serves and while it does; `repit case-keys`.
"""

from collections.abc import Iterable
from typing import Final

from repit.foundation import audit
from repit.foundation.errors import NotFound, SealBroken, SettingsRefused, Text
from repit.foundation.health.findings import Finding
from repit.hotline.cases import access_codes, links, vault
from repit.hotline.cases.models import AccessCode, Case

_TRIED: Final = 20
_NOT_OURS: Final = SettingsRefused(
    Text(
        "The case keys, or the operator’s key, are not those that belong to this database.",
        "Les clés des dossiers, ou la clé d’exploitation, ne sont pas celles de cette base.",
    ),
    Text(
        "Put back the newest copy of each. If the case keys are lost for good: `repit case-keys give-up`.",
        "Remettez la copie la plus récente de chacune. Si les clés des dossiers sont perdues pour de bon :"
        " `repit case-keys give-up`.",
    ),
)


def check() -> None:
    """Raises `SettingsRefused` where cases would not open, before anyone comes in vain."""
    newest = Case.objects.order_by("-slot").first()
    if newest is None:
        return
    try:
        vault.pool().read([newest.slot])
    except SettingsRefused:
        raise _NOT_OURS from None
    for case in Case.objects.order_by("pk")[:_TRIED]:
        if not _opens(case):
            raise _NOT_OURS


def look() -> Iterable[Finding]:
    """The same for `foundation.health`. Raises `SettingsRefused`."""
    check()
    return ()


def give_up_lost(actor: str) -> int:
    """Delete the cases that no key here opens any more, so that new ones can be opened; how many.

    What they protect stays protected: only its persons could have taken it back. Raises `SettingsRefused`
    where it is the operator's key that does not fit: with the right one they may well open.
    """
    access_code = AccessCode.objects.first()
    try:
        if access_code is not None:
            access_codes.public_of(access_code)
    except SealBroken:
        raise SettingsRefused(
            Text(
                "The operator’s key is not the one that belongs to this database.",
                "La clé d’exploitation n’est pas celle de cette base.",
            ),
            Text("Put it back first.", "Remettez-la d’abord."),
        ) from None
    vault.pool().begin()
    lost = [case for case in Case.objects.order_by("pk") if not _opens(case)]
    for case in lost:
        case.delete()
    if lost:
        audit.record(actor, "case-keys.give-up", "", f"{len(lost)} cases")
    return len(lost)


def _opens(case: Case) -> bool:
    """A case whose keys were destroyed on purpose counts as one that opens: its rows go by themselves."""
    try:
        links.keep_anything(case, vault.of(case))
    except NotFound:
        return True
    except (SealBroken, SettingsRefused):
        return False
    return True
