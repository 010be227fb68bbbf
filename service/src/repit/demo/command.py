"""The demonstration on a terminal.

In: a picture's path, or None. Out: the table, the times, an exit code. Next: the person at the terminal.
On a terminal both services stay up until Ctrl-C, with their addresses; elsewhere the command ends.
"""

import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

from rich.console import Console
from rich.table import Table

from repit.demo import device, films, processes, story
from repit.demo.pictures import Upload, original, uploads
from repit.foundation.errors import RepitError, Text
from repit.foundation.outbound import Outbound

Say = Callable[[Text], str]

_VERDICTS: Final = {
    "allow": Text("passes", "passe"),
    "review": Text("to review", "à examiner"),
    "block": Text("refused", "refusé"),
}
_WAYS: Final = {
    "exact": Text("same file", "même fichier"),
    "standard": Text("standard PDQ", "PDQ standard"),
    "orientation": Text("another orientation", "autre orientation"),
    "altered": Text("altered", "modifiée"),
    "possible": Text("altered, weakly", "modifiée, faiblement"),
}
_PARTS: Final = {
    "whole": Text("the whole", "l’ensemble"),
    "negative": Text("its negative", "son négatif"),
    "trimmed": Text("without its border", "sans son bord"),
    "anchor": Text("anchored hash", "empreinte ancrée"),
    "proposed": Text("a picture within", "une image à l’intérieur"),
    "cell": Text("a part", "une partie"),
    "turned-whole": Text("turned a little", "un peu tournée"),
    "turned-anchor": Text("anchored, turned a little", "ancrée, un peu tournée"),
}

_TURNS: Final = {
    "mirrored": Text("mirrored", "en miroir"),
    "flipped": Text("upside down", "retournée"),
    "half_turn": Text("half turn", "demi-tour"),
    "transposed": Text("transposed", "transposée"),
    "quarter_turn_left": Text("quarter turn", "quart de tour"),
    "quarter_turn_right": Text("quarter turn", "quart de tour"),
    "anti_transposed": Text("anti-transposed", "antitransposée"),
}

_LONG_BUDGET: Final = {
    "REPIT_GATE_BUDGET_MS": "10000",
    "REPIT_GATE_VIDEO_SECONDS": "120",
    "REPIT_GATE_VIDEO_WAIT_SECONDS": "120",
}
"""On a machine that does other work too; the times shown are those that answers took."""


_LONG_MS: Final = 1000


def run(picture: Path | None) -> int:
    """Tell the story; 0 if every line came out as it should, 1 if not, 130 after a Ctrl-C in its midst."""
    language = _language()

    def say(text: Text) -> str:
        return text.in_language(language)

    console = Console()
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)  # a shell starts background jobs with SIGINT ignored
    try:
        with tempfile.TemporaryDirectory(prefix="repit-demo-") as folder:
            return _play(console, say, picture, Path(folder))
    except RepitError as error:
        for sentence in error.shown(language):
            console.print(sentence, style="bold red")
        return 1
    except KeyboardInterrupt:
        return 130


def _language() -> str:
    named = (os.environ.get(name) for name in ("REPIT_LANGUAGE", "LC_ALL", "LANG"))
    return next((language for language in named if language), "en")


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _play(console: Console, say: Say, path: Path | None, folder: Path) -> int:
    picture = original(path)
    film = films.film()
    sent = [*uploads(picture, ours=path is None), *films.uploads(film)]
    starting = Text("Starting a hotline …", "Démarrage du service de l’association d’aide …")
    with console.status(say(starting)) as status:
        begun = time.monotonic()
        with processes.hotline(folder) as hotline:
            starting = Text(
                "Starting a platform’s gate; the first time it compiles, which takes a minute or so …",
                "Démarrage du filtre d’une plateforme ; la première fois il compile, une minute environ …",
            )
            status.update(say(starting))
            with processes.gate(folder, hotline, _LONG_BUDGET) as gate:
                device.get_ready()
                status.stop()
                started = time.monotonic() - begun
                console.print(
                    say(
                        Text(
                            f"Two processes run: a hotline and a platform’s gate ({started:.1f} s).",
                            f"Deux processus tournent : association d’aide et filtre ({started:.1f} s).",
                        )
                    )
                )
                with hotline.client() as person, gate.client() as platform:
                    seen = _happens(person, platform, picture, film, sent)
                right = _shown(console, say, seen)
                if sys.stdout.isatty() and sys.stdin.isatty():
                    with suppress(KeyboardInterrupt):
                        _stay(console, say, hotline, gate)
                return 0 if right else 1


@dataclass(frozen=True, slots=True)
class _Seen:
    """What happened: before the case, while the picture is banked, after the withdrawal; seconds."""

    before: story.Line
    lines: list[story.Line]
    after: list[story.Line]
    to_refusal: float
    to_pass: float


def _happens(person: Outbound, platform: Outbound, picture: bytes, film: bytes, sent: list[Upload]) -> _Seen:
    before = story.passes_before(platform, sent[0])
    begun = time.monotonic()
    receipt = story.open_case(person, picture, film)
    to_refusal = story.until(platform, sent[0], refused=True, since=begun)
    lines = list(story.lines(platform, sent))
    begun = time.monotonic()
    story.withdraw(person, receipt)
    to_pass = story.until(platform, sent[0], refused=False, since=begun)
    after = [story.passes_before(platform, upload) for upload in sent]
    return _Seen(before, lines, after, to_refusal, to_pass)


def _shown(console: Console, say: Say, seen: _Seen) -> bool:
    """Print it; whether every line came out as it should."""
    console.print(_table(say, seen.lines))
    wrong = [line for line in (seen.before, *seen.lines, *seen.after) if not line.right]
    for sentence in (
        Text(
            f"Before the case was opened the picture passed: {'yes' if seen.before.right else 'NO'}.",
            f"Avant l’ouverture du dossier l’image passait : {'oui' if seen.before.right else 'NON'}.",
        ),
        Text(
            f"From submission to the first refusal: {seen.to_refusal * 1000:.0f} ms.",
            f"Du dépôt au premier refus : {seen.to_refusal * 1000:.0f} ms.",
        ),
        Text(
            f"From withdrawal until the picture passes again: {seen.to_pass * 1000:.0f} ms.",
            f"Du retrait jusqu’à ce que l’image passe de nouveau : {seen.to_pass * 1000:.0f} ms.",
        ),
        Text(
            "Only hashes left the device; the case was opened without a name.",
            "Seules des empreintes ont quitté l’appareil ; le dossier a été ouvert sans nom.",
        ),
    ):
        console.print(say(sentence))
    if wrong:
        console.print(
            say(Text(f"{len(wrong)} line(s) came out wrong.", f"{len(wrong)} ligne(s) fausse(s).")),
            style="bold red",
        )
    return not wrong


def _table(say: Say, lines: list[story.Line]) -> Table:
    table = Table()
    for heading in (
        Text("Upload", "Envoi"),
        Text("Verdict", "Verdict"),
        Text("Matched how", "Reconnu par"),
    ):
        table.add_column(say(heading), no_wrap=True)
    for heading, width in ((Text("Bits", "Bits"), 4), (Text("ms", "ms"), 5), (Text("OK", "OK"), 2)):
        table.add_column(say(heading), no_wrap=True, justify="right", min_width=width)
    for line in lines:
        way = say(_WAYS[line.tier]) if line.tier else "–"
        if line.tier == "orientation" and line.turned:
            way = say(_TURNS[line.turned])
        if line.tier in ("altered", "possible") and line.of:
            way = say(_PARTS[line.of])
        if line.stretches:
            way = ", ".join(_stretch(*stretch) for stretch in line.stretches)
        table.add_row(
            say(line.name),
            say(_VERDICTS[line.verdict]),
            way,
            "–" if line.distance is None else str(line.distance),
            f"{line.milliseconds:.{1 if line.milliseconds < _LONG_MS else 0}f}",
            "✓" if line.right else "✗",
        )
    return table


def _stretch(begin: float, end: float, known_begin: float, known_end: float) -> str:
    return f"{begin:.1f}–{end:.1f} = {known_begin:.1f}–{known_end:.1f} s"


def _stay(console: Console, say: Say, hotline: processes.Service, gate: processes.Service) -> None:
    console.print()
    for text in (
        Text(
            f"The hotline’s home page:  {hotline.address}/",
            f"Accueil de l’association d’aide : {hotline.address}/",
        ),
        Text(
            f"The gate’s interfaces:    {gate.address}/docs",
            f"Les interfaces du filtre :        {gate.address}/docs",
        ),
        Text(
            f"How the gate is:          {gate.address}/ready",
            f"L’état du filtre :                {gate.address}/ready",
        ),
        Text("Ctrl-C ends both and removes everything.", "Ctrl-C arrête les deux et efface tout."),
    ):
        console.print(say(text), highlight=False)
    while True:  # not signal.pause(): a Ctrl-C just before it would be noted, and wait with it for ever
        time.sleep(0.2)
