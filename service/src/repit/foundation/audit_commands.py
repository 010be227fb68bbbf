"""`repit audit`: what was done here, and whether what is written of it still stands as it was written.

In: a command line. Out: rows of the audit; whether its chain, and those of rooms, hold. Next: an operator, a
timer, an auditor.
"""

# ruff: noqa: PLC0415 - imports wait for settings
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from repit.foundation.errors import InputRefused, Text
from repit.foundation.process.acting import Role, ready
from repit.foundation.progress import shown
from repit.foundation.terminal import put, say

if TYPE_CHECKING:
    from repit.foundation.audit import Chains, Finding

app = typer.Typer(no_args_is_help=True, help="What was done here, chained. / Ce qui a été fait, enchaîné.")
AsJson = Annotated[bool, typer.Option("--json", help="For programs. / Pour un programme.")]

_MEANS: Final[dict[str, Text]] = {
    "altered": Text(
        "It is not as it was written: it was changed in the database by someone without the operator’s key;"
        " or that key is not the one of this database.",
        "Elle n’est pas telle qu’elle a été écrite : quelqu’un l’a modifiée dans la base sans la clé"
        " d’exploitation ; ou cette clé n’est pas celle de cette base.",
    ),
    "missing": Text(
        "It is missing: it was deleted, or its number was changed.",
        "Elle manque : elle a été supprimée, ou son numéro a été changé.",
    ),
    "cut": Text(
        "From here on rows are missing at the end: the newest were cut off.",
        "À partir d’ici, il manque des lignes à la fin : les plus récentes ont été coupées.",
    ),
    "head": Text(
        "All rows before it fit, but the note of the newest row was changed or put back.",
        "Toutes les lignes précédentes concordent, mais la note de la plus récente a été changée ou remise.",
    ),
}
_NEXT: Final = Text(
    "Keep a copy of the database as it is, compare it with the newest backup, and find out who could write to"
    " it. What stands before that row can be relied on.",
    "Gardez une copie de la base telle quelle, comparez avec la dernière sauvegarde, et cherchez qui pouvait"
    " y écrire. Ce qui précède cette ligne reste fiable.",
)


@app.command()
def verify(
    noted: Annotated[
        str, typer.Option(help="The head noted earlier, as it was printed. / La tête notée : 128:4f2a…")
    ] = "",
    role: Role = "",
    as_json: AsJson = False,
) -> None:
    """Look whether the audit's chain holds, and those of cases' logs. / Vérifier la chaîne d'audit."""
    ready(role)
    from repit.foundation import audit

    earlier = _noted(noted) if noted else None
    with shown(Text("Verifying", "Vérification")):
        found, further = audit.examine(), audit.examine_further()
    there = earlier is None or audit.was_there(*earlier)
    holds = found.holds and there and not any(chains.broken for chains in further)
    if as_json:
        put(json.dumps({"holds": holds, **as_data(found, further), **({"noted": there} if noted else {})}))
    else:
        tell(found, further)
        if not there:
            say(
                Text(
                    "The head that was noted is not in this chain: rows were cut off and written anew, or an"
                    " older backup was put back.",
                    "La tête notée n’est pas dans cette chaîne : des lignes ont été coupées puis réécrites,"
                    " ou une sauvegarde plus ancienne a été remise.",
                )
            )
    if not holds:
        raise typer.Exit(1)


@app.command()
def show(
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="From this day. / Depuis.")
    ] = None,
    role: Role = "",
    as_json: AsJson = False,
) -> None:
    """Print what was done, by whom, when and why (UTC). / Afficher ce qui a été fait."""
    ready(role)
    from repit.foundation import audit

    for row in audit.since(None if since is None else since.replace(tzinfo=UTC)):
        if as_json:
            record = {
                "sequence": row.sequence,
                "at": row.at.isoformat(),
                "actor": row.actor,
                "action": row.action,
                "subject": row.subject,
                "reason": row.reason,
            }
            put(json.dumps(record))
        else:
            rest = "  ".join(part for part in (row.subject, row.reason) if part)
            put(f"{row.sequence:>6}  {row.at:%Y-%m-%d %H:%M}  {row.actor}  {row.action}  {rest}".rstrip())


def tell(found: "Finding", further: "list[Chains]") -> None:
    """How the chains stand, in sentences."""
    if found.broken is None:
        say(
            Text(
                f"The audit holds: {found.rows} rows. Note this head somewhere else: {found.short}",
                f"L’audit est intact : {found.rows} lignes. Notez cette tête ailleurs : {found.short}",
            )
        )
    else:
        means = _MEANS[found.broken]
        say(
            Text(
                f"The audit does NOT hold from row {found.first} on. {means.en}",
                f"L’audit n’est PAS intact à partir de la ligne {found.first}. {means.fr}",
            )
        )
    for chains in further:
        if not chains.broken:
            say(
                Text(
                    f"They hold: {chains.spoken.en} ({chains.checked}).",
                    f"Intacts : {chains.spoken.fr} ({chains.checked}).",
                )
            )
            continue
        names = ", ".join(str(key) for key in chains.broken)
        say(
            Text(
                f"They do NOT hold: {chains.spoken.en}, {len(chains.broken)} of {chains.checked}: {names}.",
                f"PAS intacts : {chains.spoken.fr}, {len(chains.broken)} sur {chains.checked} : {names}.",
            )
        )
    if found.broken is not None or any(chains.broken for chains in further):
        say(_NEXT)


def as_data(found: "Finding", further: "list[Chains]") -> dict[str, Any]:
    """The same for programs."""
    return {
        "audit": {
            "holds": found.holds,
            "rows": found.rows,
            "first_broken": found.first,
            "broken": found.broken,
            "head": found.short,
        },
        **{
            chains.name: {"checked": chains.checked, "broken": [str(key) for key in chains.broken]}
            for chains in further
        },
    }


def _noted(head: str) -> tuple[int, bytes]:
    try:
        sequence, _, digest = head.strip().partition(":")
        read = int(sequence), bytes.fromhex(digest)
    except ValueError:
        read = 0, b""
    if len(read[1]) < 8:
        raise InputRefused(
            Text("That is no head of the audit.", "Ce n’est pas une tête d’audit."),
            Text(
                "Write it as `repit audit verify` printed it: number, colon, digits.",
                "Écrivez-la comme `repit audit verify` l’a affichée : numéro, deux-points, chiffres.",
            ),
        )
    return read
