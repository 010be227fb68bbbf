"""`repit bank list`, `show`, `check` and `erase`: what the bank holds, whether it opens or not.

In: a command line. Out: lines for a person or for a program, in French or English; items erased. Next: an
operator. These work where nothing opens, too: whoever used a wrong key must be able to see that, and to clean
up after it.
"""

# ruff: noqa: PLC0415 - imports wait for settings
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from repit.foundation.errors import InputRefused, Text
from repit.foundation.terminal import answer, language, say, write_json
from repit.hotline.commands.ready import ready

if TYPE_CHECKING:
    from repit.hotline.bank.listing import Listed
    from repit.hotline.curation import Shown
    from repit.hotline.feeds.erasing_by_name import Erased, ToErase

ItemName = Annotated[str, typer.Argument(help="The item's name in the feed. / Nom de l'élément.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept. / Pourquoi ; c'est conservé.")]
Json = Annotated[bool, typer.Option("--json", help="For programs: one object a line. / Pour programmes.")]
NAMES_MAY_BEGIN_WITH_A_DASH: Final = {"ignore_unknown_options": True}
_STATES: Final = ("received", "active", "disputed", "withdrawn", "erased")
_DOES_NOT_OPEN: Final = Text("does not open", "ne s’ouvre pas")


def bank_list(
    *,
    state: Annotated[str, typer.Option(help=", ".join(_STATES))] = "",
    origin: Annotated[str, typer.Option(help="Who tells of it. / Qui l'a signalé.")] = "",
    unreadable: Annotated[
        bool, typer.Option("--unreadable", help="Only what does not open. / Ce qui ne s'ouvre pas.")
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many. / Au plus.")] = None,
    as_json: Json = False,
) -> None:
    """Every item: state, kind, origin, submissions, since, until. / Tous les éléments."""
    opens = _ready_whatever_opens()
    from repit.hotline.bank import listing

    if state not in ("", *_STATES):
        raise InputRefused(
            Text("There is no such state.", "Cet état n’existe pas."),
            Text(f"Choose among: {', '.join(_STATES)}.", f"Choisissez parmi : {', '.join(_STATES)}."),
        )
    wanted = listing.Wanted(state, origin, unreadable, nothing_opens=not opens)
    for row in listing.listed(wanted, limit):
        print(json.dumps(_plain(row), ensure_ascii=False) if as_json else _line(row))
    if as_json:
        return
    if not opens and not unreadable:
        say(Text("None of these opens.", "Aucun d’eux ne s’ouvre."))
    counts = listing.counts(wanted)
    print("  ".join(f"{name} {counts[name]}" for name in _STATES if name in counts) or "0")
    if opens:
        _say_what_does_not_open()


def bank_show(item: ItemName, *, as_json: Json = False) -> None:
    """An item's life, what of it opens, matches, opinions. / La vie d'un élément."""
    _ready_whatever_opens()
    from repit.hotline import curation

    row = curation.show(item)
    if as_json:
        print(json.dumps(_in_full(row), ensure_ascii=False))
        return
    print(f"{row.item}  {row.state}  {row.media}  {row.kind}  {row.origin}  x{row.confirmations}")
    _show_hashes(row)
    if row.expires_at is not None:
        say(Text(f"Ends {row.expires_at:%Y-%m-%d %H:%M} UTC", f"Fin {row.expires_at:%Y-%m-%d %H:%M} UTC"))
    say(Text("Steps:", "Étapes :"))
    for step in row.steps:
        print(f"  {step.at:%Y-%m-%d %H:%M}  {step.before or '–'} → {step.after}  {step.actor}  {step.reason}")
    say(Text("Matches reported:", "Correspondances signalées :"))
    for seen in row.matches:
        print(f"  {seen.begins:%Y-%m-%d %H:%M} – {seen.ends:%Y-%m-%d %H:%M}  {seen.reporter}  {seen.count}")
    say(Text("Opinions:", "Avis :"))
    for held in row.opinions:
        people = Text("people", "personnes") if held.people else Text("a script", "un script")
        by, deep = people.in_language(language()), "" if held.depth is None else f"{held.depth} %"
        print(f"  {held.at:%Y-%m-%d %H:%M}  {held.name}  {held.view}  {by}  {deep}  {', '.join(held.tags)}")


def bank_check(*, as_json: Json = False) -> None:
    """Open everything once, now; exit code 1 where something does not open. / Tout vérifier maintenant."""
    ready()
    from rich.console import Console
    from rich.progress import Progress, TextColumn, TimeElapsedColumn

    from repit.hotline.bank import looking

    found = looking.Looked()
    with Progress(TextColumn("{task.completed:,}"), TimeElapsedColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None)
        for part in looking.everything():
            found += part
            bar.update(task, completed=found.items)
    if as_json:
        write_json({"items": found.items, "open_again": found.mended, "do_not_open": found.broken})
        raise typer.Exit(int(bool(found.broken)))
    say(Text(f"Living items: {found.items}.", f"Éléments vivants : {found.items}."))
    if found.mended:
        say(Text(f"Open again, told anew: {found.mended}.", f"Rouverts et réannoncés : {found.mended}."))
    say(Text(f"Do not open: {found.broken}.", f"Ne s’ouvrent pas : {found.broken}."))
    if found.broken:
        _say_where_to_look()
        raise typer.Exit(1)


def bank_erase(
    items: Annotated[list[str] | None, typer.Argument(help="Names of items. / Noms d'éléments.")] = None,
    *,
    reason: Reason,
    unreadable: Annotated[
        bool, typer.Option("--unreadable", help="All that does not open. / Tout ce qui ne s'ouvre pas.")
    ] = False,
    now: Annotated[
        bool, typer.Option("--now", help="Even if some were not told yet. / Sans attendre les abonnés.")
    ] = False,
    keys_lost: Annotated[
        bool, typer.Option("--keys-lost", help="Though nothing opens at all. / Les clés sont perdues.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Without asking. / Sans demander.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer in JSON; with --yes. / Répondre en JSON ; avec --yes.")
    ] = False,
) -> None:
    """Have everyone forget items, and destroy what they hold for good. / Effacer des éléments."""
    opens = _ready_whatever_opens()
    if not opens and not keys_lost:
        raise InputRefused(
            Text(
                "Nothing in this bank opens: that looks like a wrong key, not like damage.",
                "Rien ne s’ouvre dans cette banque : la clé semble fausse, plutôt que la banque abîmée.",
            ),
            Text(
                "Put the right keys back. If they are lost for good, say so with --keys-lost.",
                "Remettez les bonnes clés. Si elles sont perdues pour de bon, dites-le avec --keys-lost.",
            ),
        )
    from repit.hotline.bank import keys, listing
    from repit.hotline.curation import ACTOR
    from repit.hotline.feeds import erasing_by_name

    if not opens:
        keys.begin_anew()
    broken = listing.names(listing.Wanted(unreadable=True, nothing_opens=not opens)) if unreadable else []
    wanted = erasing_by_name.to_erase([*(items or []), *broken])
    if not wanted.names:
        if not unreadable:
            raise InputRefused(
                Text("No item was named.", "Aucun élément n’a été nommé."),
                Text("Name some, or say --unreadable.", "Nommez-en, ou dites --unreadable."),
            )
        answer(Text("Nothing to erase.", "Rien à effacer."), {"told": 0, "destroyed": 0}, as_json)
        return
    if not yes:
        _ask(wanted)
    done = _erase(wanted, reason, at_once=now)
    lost = erasing_by_name.give_up_lost_keys(ACTOR) if not opens and unreadable else 0
    if as_json:
        announced = {"told": done.announced, "destroyed": done.destroyed, "waiting": done.waiting}
        write_json({**announced, "letters_lost": lost})
        return
    if lost:
        say(Text(f"Letters of cases lost: {lost}.", f"Lettres de dossiers perdues : {lost}."))
    say(Text(f"Everyone is told to forget: {done.announced}.", f"Oubli annoncé à tous : {done.announced}."))
    say(Text(f"Destroyed for good: {done.destroyed}.", f"Détruits pour de bon : {done.destroyed}."))
    if done.waiting:
        say(
            Text(
                f"Destroyed once subscribers that are told by hash have heard: {done.waiting}.",
                f"Détruits dès que les abonnés informés par empreinte l’ont appris : {done.waiting}.",
            )
        )


COMMANDS: Final[dict[str, Callable[..., None]]] = {
    "list": bank_list,
    "show": bank_show,
    "check": bank_check,
    "erase": bank_erase,
}


def _ready_whatever_opens() -> bool:
    """Django set up; whether anything of the bank opens. Raises `SettingsRefused` for every other reason."""
    from repit.foundation.process import starting

    starting.set_up(starting.meant("hotline"))
    from repit.hotline.bank.proving import KeysForeign

    try:
        ready()
    except KeysForeign as refused:
        print("\n".join(refused.shown(language())), file=sys.stderr)
        return False
    return True


def _erase(wanted: "ToErase", reason: str, *, at_once: bool) -> "Erased":
    from rich.console import Console
    from rich.progress import Progress

    from repit.hotline.curation import ACTOR
    from repit.hotline.feeds import erasing_by_name

    done = erasing_by_name.Erased()
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=len(wanted.names))
        for part in erasing_by_name.erase(wanted, reason, at_once=at_once, actor=ACTOR):
            done += part
            bar.update(task, advance=erasing_by_name.TOGETHER)
    return done


def _ask(wanted: "ToErase") -> None:
    """Raises `typer.Exit` unless the operator means it."""
    say(
        Text(
            f"Items: {len(wanted.names)}. Served or waiting: {wanted.live}. Erased before: {wanted.gone}.",
            f"Éléments : {len(wanted.names)}. Servis ou en attente : {wanted.live}. Déjà effacés :"
            f" {wanted.gone}.",
        )
    )
    if not wanted.of_people:
        asked = Text("They are gone for good then. Go on?", "Ils disparaissent pour de bon. Continuer ?")
        if not typer.confirm(asked.in_language(language())):
            raise typer.Exit(1)
        return
    say(
        Text(
            f"People submitted {wanted.of_people} of them here. They lose their protection on every"
            " platform, and see in their case that it was withdrawn.",
            f"Des personnes ont déposé ici {wanted.of_people} d’entre eux. Elles perdent leur protection"
            " sur toutes les plateformes, et le voient dans leur dossier.",
        )
    )
    asked = Text(f"Type {wanted.of_people} to go on", f"Tapez {wanted.of_people} pour continuer")
    if typer.prompt(asked.in_language(language()), default="", show_default=False).strip() != str(
        wanted.of_people
    ):
        say(Text("Nothing was erased.", "Rien n’a été effacé."))
        raise typer.Exit(1)


def _line(row: "Listed") -> str:
    since = f"{row.since:%Y-%m-%d}" if row.since else "–"
    until = f" → {row.until:%Y-%m-%d}" if row.until else ""
    broken = f"  {_DOES_NOT_OPEN.in_language(language())}" if row.readable is False else ""
    own = f" ({row.own})" if row.own else ""
    return (
        f"{row.item}  {row.state}  {row.media}  {row.kind}  {row.origin}  x{row.confirmations}{own}"
        f"  {since}{until}{broken}"
    )


_OF_A_VIDEO: Final = {
    True: Text("Parts of it are met too.", "Ses extraits sont reconnus aussi."),
    False: Text("Exact copies alone are met.", "Seules les copies exactes sont reconnues."),
    None: Text(
        "Exact copies alone are met: its moments do not open.",
        "Seules les copies exactes sont reconnues : ses moments ne s’ouvrent pas.",
    ),
}


def _show_hashes(row: "Shown") -> None:
    kept = row.hashes
    if kept.kept:
        say(
            Text(
                f"Hashes: {kept.kept}. Served: {kept.served}. Do not open: {kept.broken}.",
                f"Empreintes : {kept.kept}. Servies : {kept.served}. Ne s’ouvrent pas : {kept.broken}.",
            )
        )
        if row.media == "video":
            say(_OF_A_VIDEO[kept.moments])
    elif row.state == "erased":
        say(Text("Its hashes are destroyed.", "Ses empreintes sont détruites."))
    else:
        say(Text("Nothing of it is there any more.", "Il n’en reste rien."))
    if row.forget_on is not None:
        say(
            Text(
                f"What is left is destroyed on {row.forget_on} at the latest.",
                f"Le reste est détruit le {row.forget_on} au plus tard.",
            )
        )


def _in_full(row: "Shown") -> dict[str, Any]:
    return {
        "item": row.item,
        "state": row.state,
        "media": row.media,
        "kind": row.kind,
        "origin": row.origin,
        "own": row.own,
        "confirmations": row.confirmations,
        "asked": row.asked,
        "until": _moment(row.expires_at),
        "destroyed_on": None if row.forget_on is None else row.forget_on.isoformat(),
        "hashes": asdict(row.hashes),
        "question": row.question.reason if row.question else None,
        "steps": [
            {
                "at": _moment(step.at),
                "before": step.before,
                "after": step.after,
                "by": step.actor,
                "reason": step.reason,
            }
            for step in row.steps
        ],
        "matches": [{"reporter": met.reporter, "count": met.count} for met in row.counted],
        "opinions": [
            {
                "name": held.name,
                "opinion": held.view,
                "people": held.people,
                "tags": held.tags,
                "at": _moment(held.at),
            }
            for held in row.opinions
        ],
    }


def _plain(row: "Listed") -> dict[str, Any]:
    return {**asdict(row), "since": _moment(row.since), "until": _moment(row.until)}


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _say_what_does_not_open() -> None:
    from repit.hotline.bank import looking
    from repit.hotline.bank.unreadable import unreadable

    number, last = unreadable(), looking.last()
    when = "–" if last is None else last.isoformat()
    say(
        Text(
            f"Do not open: {number}. Last gone through: {when} (now: `repit bank check`).",
            f"Ne s’ouvrent pas : {number}. Dernière vérification : {when} (la refaire : `repit bank check`).",
        )
    )


def _say_where_to_look() -> None:
    say(
        Text(
            "`repit bank list --unreadable` names them. Put back the keys they were sealed with, or erase"
            " them: `repit bank erase --unreadable`.",
            "`repit bank list --unreadable` les nomme. Remettez les clés qui les scellaient, ou effacez-les :"
            " `repit bank erase --unreadable`.",
        )
    )
