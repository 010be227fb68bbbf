"""From a seed and a number to a file: what it is made of, and what was done to it.

In: a seed, a number, perhaps which of the mutations to do. Out: `Recipe`, and `Made` for it. Next: `shown`
puts it into a browser, `minimise` leaves mutations out.

Every mutation has dice of its own, so that leaving one out changes nothing in how the others fall.
"""

import random
from dataclasses import dataclass, replace
from typing import Final

from drills.viewers import bytewise
from drills.viewers.files import Family, Made, Mutation
from drills.viewers.formats import (
    avif,
    avif_mutations,
    bmp,
    gif,
    gif_mutations,
    ico,
    jpeg,
    jpeg_mutations,
    markup,
    others,
    png,
    png_mutations,
    webp,
    webp_mutations,
)

FAMILIES: Final = (
    Family("jpeg", 22, jpeg.make, jpeg_mutations.MUTATIONS),
    Family("png", 18, png.make, png_mutations.MUTATIONS),
    Family("gif", 11, gif.make, gif_mutations.MUTATIONS),
    Family("webp", 14, webp.make, webp_mutations.MUTATIONS),
    Family("avif", 17, avif.make, avif_mutations.MUTATIONS),
    Family("bmp", 8, bmp.make, bmp.MUTATIONS),
    Family("ico", 4, ico.make, ico.MUTATIONS),
    Family("markup", 4, markup.make, markup.MUTATIONS),
    Family("others", 2, others.make, others.MUTATIONS),
)
_COUNTS: Final = (0, 0, 1, 1, 1, 1, 1, 2, 2, 3)
_TYPES: Final = (
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/avif",
    "application/octet-stream",
    "text/plain",
    "",
)


@dataclass(frozen=True)
class Recipe:
    """One file of a run. `mutations`: (which of the drawn ones, its name)."""

    seed: int
    number: int
    family: Family
    mutations: tuple[tuple[int, str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for _, name in self.mutations)

    def only(self, kept: tuple[tuple[int, str], ...]) -> "Recipe":
        """The same file with fewer mutations."""
        return replace(self, mutations=kept)

    def made(self) -> Made:
        file = self.family.make(self._dice("made"))
        data, declared = file.data, file.declared
        for place, name in self.mutations:
            dice = self._dice(f"mutation {place}")
            if name == "type-declared":
                declared = dice.choice(_TYPES)
            else:
                data = _mutation(self.family, name)(data, dice)
        return replace(file, data=data, declared=declared)

    def _dice(self, purpose: str) -> random.Random:
        return random.Random(f"{self.seed} {self.number} {purpose}")


def recipe(seed: int, number: int) -> Recipe:
    """The file of this number."""
    dice = random.Random(f"{seed} {number}")
    family = dice.choices(FAMILIES, [each.weight for each in FAMILIES])[0]
    mutations = []
    for place in range(dice.choice(_COUNTS)):
        knowing = family.mutations and dice.random() < 0.8
        names = sorted(family.mutations if knowing else bytewise.MUTATIONS)
        if family.name not in ("markup", "others") and dice.random() < 0.02:
            names = ["type-declared"]
        mutations.append((place, dice.choice(names)))
    return Recipe(seed, number, family, tuple(mutations))


def _mutation(family: Family, name: str) -> Mutation:
    return family.mutations[name] if name in family.mutations else bytewise.MUTATIONS[name]
