"""`repit exchange …`: look after the exchanges that this installation pulls from.

In: a command line. Out: rows, or what they say, in French, English or JSON. Next: an operator. At a platform
the commands write to a gate's database, and the running gate does the rest within a second; at a hotline,
and at both in one process, what is pulled goes into the bank.

Credentials come from a file or from standard input, never from the command line, where others could read
them.
"""

# ruff: noqa: PLC0415
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from repit.foundation.errors import InputRefused, Text, TransitionRefused
from repit.foundation.process.acting import Role
from repit.foundation.terminal import AsJson, answer, language, say, write_json

if TYPE_CHECKING:
    from repit.exchanges.partners import PartnerLag

app = typer.Typer(no_args_is_help=True, help="Exchanges to pull from. / Échanges à suivre.")

MAX_CREDENTIALS: Final = 16_384
_ITEM_KINDS: Final = ("intimate", "deepfake")
Name = Annotated[str, typer.Argument(help="The partner's name. / Nom du partenaire.")]


@app.command("add")
def add(
    kind: Annotated[str, typer.Argument(help="stopncii, ncmec, threatexchange, file, repit")],
    name: Name,
    *,
    address: Annotated[str, typer.Option(help="Its address, or a list's path. / Son adresse.")] = "",
    credentials: Annotated[
        str, typer.Option(help="File of `name = value` lines, - for stdin. / Fichier d'identifiants.")
    ] = "",
    item_kind: Annotated[str, typer.Option(help="intimate, deepfake")] = "intimate",
    review: Annotated[
        bool, typer.Option("--review", help="A person publishes each item. / Une personne publie.")
    ] = False,
    feedback: Annotated[
        bool, typer.Option("--feedback", help="Tell it our opinions. / Lui donner nos avis.")
    ] = False,
    every: Annotated[
        int, typer.Option(min=0, max=86_400, help="Seconds between pulls, 0: the usual. / Secondes.")
    ] = 0,
    role: Role = "",
    as_json: AsJson = False,
) -> None:
    """Begin to pull from an exchange. / Commencer à suivre un échange."""
    gate = _ready(role)
    from repit.exchanges import partners

    if item_kind not in _ITEM_KINDS:
        raise InputRefused(
            Text("There is no such kind of item.", "Ce type d’élément n’existe pas."),
            Text(f"--item-kind: {', '.join(_ITEM_KINDS)}.", f"--item-kind : {', '.join(_ITEM_KINDS)}."),
        )
    if gate and review:
        raise InputRefused(
            Text("A gate publishes nothing.", "Un filtre ne publie rien."),
            Text(
                "Leave --review out; what its exchanges tell of is judged by its policy.",
                "Retirez --review ; ce que disent ses échanges est jugé selon sa politique.",
            ),
        )
    partners.add(
        kind,
        name,
        _credentials(credentials),
        address=address,
        item_kind=item_kind,
        publish=not review,
        gives_feedback=feedback,
        every_seconds=every or None,
    )
    text = Text("Added; it is pulled from at once.", "Ajouté ; il est suivi dès maintenant.")
    answer(text, {"partner": name, "kind": kind, "active": True}, as_json)


@app.command("list")
def listed(role: Role = "", as_json: AsJson = False) -> None:
    """Who is pulled from, and who lags. / Qui est suivi, et avec quel retard."""
    gate = _ready(role)
    from repit.exchanges import partners

    due: dict[str, int] = {}
    if not gate:
        from repit.hotline.feeds import feedback

        due = feedback.due()
    if as_json:
        for row in partners.lags():
            write_json({**asdict(row), "feedback_due": None if gate else due.get(row.name, 0)})
    else:
        _table(partners.lags(), None if gate else due)


def _table(lags: "Sequence[PartnerLag]", due: Mapping[str, int] | None) -> None:
    from rich.console import Console
    from rich.table import Table

    here = language()
    table = Table()
    for heading in (
        Text("Partner", "Partenaire"),
        Text("Open", "Ouvert"),
        Text("Lag (s)", "Retard (s)"),
        Text("Records", "Fiches"),
        Text("Rejected", "Rejetées"),
        Text("Of no use", "Sans usage"),
        Text("Feedback due", "Avis à envoyer"),
        Text("Trouble", "Problème"),
    ):
        table.add_column(heading.in_language(here), overflow="fold")
    yes, no = Text("yes", "oui").in_language(here), Text("no", "non").in_language(here)
    for row in lags:
        table.add_row(
            f"{row.kind}/{row.name}",
            yes if row.active else no,
            "–" if row.lag_seconds is None else f"{row.lag_seconds:.0f}",
            str(row.records),
            str(row.rejected),
            str(row.skipped),
            "–" if due is None else str(due.get(row.name, 0)),
            f"{row.trouble} ({row.failures})" if row.trouble else "–",
        )
    Console().print(table)
    if unmatched := sum(row.unmatched for row in lags):
        say(
            Text(
                f"TMK hashes of videos that partners hold: {unmatched}. They are counted, and not matched:"
                " TMK meets whole videos of one length. Which of these videos came by their MD5 too, the"
                " exchange does not say: ask the partner to send it.",
                f"Empreintes TMK de vidéos chez des partenaires : {unmatched}. Elles sont comptées, pas"
                " rapprochées : TMK ne reconnaît que des vidéos entières, de même durée. L’échange ne"
                " dit pas lesquelles de ces vidéos sont venues aussi par leur MD5 : demandez au"
                " partenaire de l’envoyer.",
            )
        )


@app.command("pull")
def pull(
    name: Name,
    shrunk: Annotated[
        bool, typer.Option("--shrunk", help="The list is meant to be short. / La liste est bien courte.")
    ] = False,
    role: Role = "",
    as_json: AsJson = False,
) -> None:
    """Pull now. / Suivre maintenant."""
    gate = _ready(role)
    from repit.exchanges import partners

    partner = partners.hurry(name, may_shrink=shrunk)
    if not partner.active:
        raise TransitionRefused(
            Text("The partner is paused.", "Le partenaire est en pause."),
            Text("First: repit exchange resume.", "D’abord : repit exchange resume."),
        )
    if gate:
        text = Text("Due; the running gate pulls at once.", "Dû ; le filtre en marche suit aussitôt.")
        answer(text, {"partner": name, "pulled": "by-the-gate"}, as_json)
        return
    claimed = partners.claim_one(partner.pk)
    if claimed is None:
        text = Text("A running hotline is pulling from it.", "Un service en marche le suit en ce moment.")
        answer(text, {"partner": name, "pulled": "by-the-hotline"}, as_json)
        return
    from repit.exchanges.pulling import pull as pull_from
    from repit.hotline.feeds.bank_target import BankTarget

    outcome = pull_from(claimed, BankTarget(claimed))
    if outcome.error is not None:
        raise outcome.error
    answer(
        Text(
            f"Changed: {outcome.changed}. Rejected: {outcome.rejected}.",
            f"Changements : {outcome.changed}. Rejetées : {outcome.rejected}.",
        ),
        {"partner": name, "pulled": "here", "changed": outcome.changed, "rejected": outcome.rejected},
        as_json,
    )


@app.command("rejected")
def rejected(name: Name, role: Role = "", as_json: AsJson = False) -> None:
    """Records that were rejected, and why. / Fiches rejetées, et pourquoi."""
    _ready(role)
    from repit.exchanges import partners

    for row in partners.rejected_of(name):
        if as_json:
            seen = {"last_at": row.last_at, "times": row.times, "where": row.where, "reason": row.reason}
            write_json(seen)
            continue
        typer.echo(f"{row.last_at:%Y-%m-%d %H:%M}  x{row.times}  {row.where}  {row.reason}")


@app.command("pause")
def pause(name: Name, role: Role = "", as_json: AsJson = False) -> None:
    """Stop pulling; what it told of stays. / Ne plus suivre ; ce qui est connu reste."""
    _ready(role)
    from repit.exchanges import partners

    partners.set_active(name, False)
    answer(Text("Paused.", "En pause."), {"partner": name, "active": False}, as_json)


@app.command("resume")
def resume(name: Name, role: Role = "", as_json: AsJson = False) -> None:
    """Pull again, at once. / Suivre à nouveau, dès maintenant."""
    _ready(role)
    from repit.exchanges import partners

    partners.set_active(name, True)
    text = Text("It is pulled from again.", "Il est suivi à nouveau.")
    answer(text, {"partner": name, "active": True}, as_json)


@app.command("remove")
def remove(name: Name, role: Role = "", as_json: AsJson = False) -> None:
    """Forget an exchange and everything only it told of. / Oublier un échange et ce que lui seul a donné."""
    gate = _ready(role)
    from repit.exchanges import partners

    partner = partners.hurry(name)
    if gate:
        partners.remove(name)
        text = Text(
            "Removed; the gate forgets what it told of.", "Retiré ; le filtre oublie ce qu’il a donné."
        )
        answer(text, {"partner": name, "removed": True}, as_json)
        return
    from repit.hotline.feeds.bank_target import let_go

    gone = let_go(partner)
    partners.remove(name)
    text = Text(f"Removed; records let go of: {gone}.", f"Retiré ; fiches abandonnées : {gone}.")
    answer(text, {"partner": name, "removed": True, "records_let_go": gone}, as_json)


def _ready(role: str) -> bool:
    """The installation set up; whether it is a gate without a hotline, which has no bank. Raises
    `SettingsRefused`, `DatabaseUnavailable`."""
    from repit.foundation.process import acting

    return acting.ready(role) == "gate"


def _credentials(source: str) -> dict[str, str]:
    """`name = value` lines. Raises `InputRefused`, which repeats none of them."""
    if not source:
        return {}
    refused = InputRefused(
        Text("The credentials cannot be read.", "Les identifiants sont illisibles."),
        Text("A file of lines: name = value.", "Un fichier de lignes : nom = valeur."),
    )
    try:
        text = (
            sys.stdin.read(MAX_CREDENTIALS) if source == "-" else Path(source).read_text()[:MAX_CREDENTIALS]
        )
    except (OSError, UnicodeDecodeError):
        raise refused from None
    found = {}
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            name, equals, value = line.partition("=")
            if not equals:
                raise refused
            found[name.strip()] = value.strip()
    return found
