"""Records as partners might tell them, by chance and always the same for one seed."""

from __future__ import annotations

import random

from repit.foundation.hashes import Hash
from repit.hotline.bank.partners.record import Origin, Record
from repit.hotline.bank.types import Submission

HOTLINES = ("here", "there", "elsewhere")


class Chance:
    """Records of a few pictures and files: new, near, repeated, doubted, changed, withdrawn."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.values = [self.random.randbytes(32) for _ in range(6)]

    def submission(self) -> Submission:
        chance = self.random
        kind = chance.choice(("intimate", "intimate", "deepfake"))
        if chance.random() < 0.15:
            return Submission("file", kind, (Hash("sha256", "whole", chance.choice(self.values), None),))
        value = bytearray(chance.choice(self.values) if chance.random() < 0.6 else chance.randbytes(32))
        value[0] ^= chance.choice((0, 0, 1, 3))
        quality = chance.choice((90, 90, 90, 40))
        hashes = [Hash("pdq", "whole", bytes(value), quality)]
        if chance.random() < 0.2:
            hashes.append(Hash("pdq", "anchored", chance.randbytes(32), 90))
        return Submission("picture", kind, tuple(hashes))

    def origin(self) -> Origin:
        chance = self.random
        return Origin(chance.choice(HOTLINES), f"t{chance.randrange(30)}", (chance.choice(HOTLINES),))

    def record(self) -> Record:
        chance = self.random
        roots, gone = (), ()
        if chance.random() < 0.5:
            roots = tuple({(o.installation, o.token): o for o in self.origins()}.values())
        if chance.random() < 0.1:
            gone = ((chance.choice(HOTLINES), f"t{chance.randrange(30)}"),)
        submission = None if chance.random() < 0.1 else self.submission()
        return Record(f"r{chance.randrange(60)}", submission, chance.random() < 0.1, roots, gone)

    def origins(self) -> list[Origin]:
        return [self.origin() for _ in range(self.random.choice((1, 1, 1, 2)))]
