"""The whole run: make files, show them, look at them, compare, find what each difference comes from.

In: a seed and how many files. Out: entries in a journal, the differing files beside it. Next: `report`.

Three things happen at once: the browser shows one batch, the engine's child looks at the same one, and the
next one is being made.
"""

import itertools
import shutil
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Final

from drills.viewers.engine import Engine
from drills.viewers.files import Made
from drills.viewers.journal import Entry, Journal
from drills.viewers.judge import WRONG, Outcome, judged
from drills.viewers.recipe import Recipe, recipe
from drills.viewers.shown import Browser

BATCH: Final = 50
_LIFE: Final = 40
"""Batches after which the browser is started anew, so that its memory stays flat."""
_KEPT: Final = 400
"""Differing files that are written down, at most."""


class Run:
    """One browser, one engine, one folder."""

    def __init__(self, seed: int, folder: Path, browser: Browser, engine: Engine) -> None:
        self._seed, self._folder, self._browser, self._engine = seed, folder, browser, engine
        self._journal = Journal(folder)
        self._making = ThreadPoolExecutor(1)
        self._looking = ThreadPoolExecutor(1)

    def close(self) -> None:
        self._making.shutdown()
        self._looking.shutdown()

    def files(self, count: int) -> dict[int, Entry]:
        """Every file up to `count` that the journal does not hold yet; then all of them."""
        known = self._journal.read()
        if not known:
            for kind in WRONG:
                shutil.rmtree(self._folder / kind, ignore_errors=True)
        todo = [recipe(self._seed, number) for number in range(count) if number not in known]
        begun, done = time.monotonic(), 0
        for recipes, made, outcomes in self._compared(todo):
            entries = [
                _entry(made_by, file, outcome)
                for made_by, file, outcome in zip(recipes, made, outcomes, strict=True)
            ]
            for entry, file in zip(entries, made, strict=True):
                self._kept(entry, file)
            self._journal.write(entries)
            known |= {entry.number: entry for entry in entries}
            done += len(entries)
            if done % (20 * BATCH) == 0:
                pace = done / (time.monotonic() - begun)
                wrong = sum(entry.kind in WRONG for entry in known.values())
                print(f"{len(known):,} files, {pace:.0f} a second, {wrong:,} differ", flush=True)
        return {number: entry for number, entry in known.items() if number < count}

    def causes(self, entries: dict[int, Entry]) -> dict[int, Entry]:
        """For every difference the fewest mutations that make one of its kind."""
        open_ = {
            number: entry for number, entry in entries.items() if entry.kind in WRONG and entry.cause is None
        }
        for fewest in range(4):
            asked = [
                (number, whole.only(kept))
                for number in open_
                for whole in (recipe(self._seed, number),)
                for kept in itertools.combinations(whole.mutations, fewest)
            ]
            found: dict[int, Entry] = {}
            numbers = iter(number for number, _ in asked)
            for recipes, _, outcomes in self._compared([group for _, group in asked]):
                for made_by, outcome in zip(recipes, outcomes, strict=True):
                    number = next(numbers)
                    if outcome.kind == open_[number].kind and number not in found:
                        found[number] = replace(open_[number], cause=made_by.names)
            self._journal.write(found.values())
            entries = entries | found
            open_ = {number: entry for number, entry in open_.items() if number not in found}
        return entries

    def _compared(
        self, recipes: Sequence[Recipe]
    ) -> Iterator[tuple[Sequence[Recipe], list[Made], list[Outcome]]]:
        batches = [recipes[at : at + BATCH] for at in range(0, len(recipes), BATCH)]
        if not batches:
            return
        coming = self._making.submit(_made, batches[0])
        for place, batch in enumerate(batches):
            made = coming.result()
            if place + 1 < len(batches):
                coming = self._making.submit(_made, batches[place + 1])
            looked = self._looking.submit(
                lambda files=made: [self._engine.looked(file.data) for file in files]
            )
            if place % _LIFE == _LIFE - 1:
                self._browser.restart()
            shown = self._browser.shown(made)
            yield batch, made, [judged(*pair) for pair in zip(shown, looked.result(), strict=True)]

    def _kept(self, entry: Entry, file: Made) -> None:
        if entry.kind not in WRONG:
            return
        place = self._folder / entry.kind / entry.family
        place.mkdir(parents=True, exist_ok=True)
        if len(list(place.iterdir())) < _KEPT:
            label = "+".join(entry.mutations) or "plain"
            (place / f"{entry.number:06}-{label}-{entry.bits}bits.{entry.family}").write_bytes(file.data)


def _made(recipes: Sequence[Recipe]) -> list[Made]:
    return [each.made() for each in recipes]


def _entry(made_by: Recipe, file: Made, outcome: Outcome) -> Entry:
    return Entry(
        made_by.number,
        made_by.family.name,
        file.name,
        made_by.names,
        outcome.kind,
        outcome.bits,
        outcome.reason,
        outcome.where,
        len(file.data),
    )
