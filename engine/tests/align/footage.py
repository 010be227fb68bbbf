"""Footage as its hashes alone: what a camera sees moves through 256 numbers, whose signs are the bits.

Frames near in time are near in bits, as those from a hand are; copies are the same with noise; other footage
is another seed. So alignment is tested without a frame.
"""

import numpy as np
from numpy.typing import NDArray

from repit_engine.anchors import Kind
from repit_engine.moments import Asked, Moments, VideoStage

FRAME = 40
"""Milliseconds between frames of an upload: 25 a second."""
_WAVES = 4
_WORLD = 12
"""Directions in which scenes that have something in common differ."""


class Footage:
    """Shots of `shot` seconds, each of another scene, from a hand that moves by `shake`.

    `alike`: how much all scenes of the world have in common: unrelated ones then come nearer than chance.
    """

    def __init__(
        self, seed: int, seconds: float, *, shot: float = 4.0, shake: float = 0.35, alike: float = 0.0
    ) -> None:
        rng = np.random.default_rng(seed)
        self.duration = round(seconds * 1000)
        self.shot = round(shot * 1000)
        shots = -(-self.duration // self.shot)
        self.scenes = rng.normal(size=(shots, 5, 256))
        if alike:
            world = np.random.default_rng(0).normal(size=(_WORLD, 256)) / np.sqrt(_WORLD)
            common = rng.normal(size=(shots, 5, _WORLD)) @ world
            self.scenes = np.sqrt(alike) * common + np.sqrt(1 - alike) * self.scenes
        self.moves = rng.normal(size=(shots, _WAVES, 5, 256)) * shake
        self.rates = rng.uniform(0.05, 0.4, (shots, _WAVES))
        self.phases = rng.uniform(0, 2 * np.pi, (shots, _WAVES))

    def at(self, ms: NDArray[np.float64]) -> NDArray[np.float64]:
        """``(n, 5, 256)``: the whole frame and four anchored squares at each time."""
        times = np.clip(ms, 0, self.duration - 1)
        shot = (times // self.shot).astype(int)
        turn = 2 * np.pi * self.rates[shot] * times[:, np.newaxis] / 1000 + self.phases[shot]
        return self.scenes[shot] + np.einsum("nw,nwsb->nsb", np.sin(turn), self.moves[shot])


class Returning(Footage):
    """Some shots, one in `every`, are of the same view; a hand holds it as before, or does not."""

    def __init__(
        self, seed: int, seconds: float, shot: float, shake: float, every: int, *, as_before: bool
    ) -> None:
        super().__init__(seed, seconds, shot=shot, shake=shake)
        self.scenes[::every] = self.scenes[0]
        if as_before:
            self.moves[::every], self.rates[::every] = self.moves[0], self.rates[0]


def bits_of(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    """``(…, 256)`` to ``(…, 32)``."""
    return np.packbits(values > 0, axis=-1)


def moments_of(footage: Footage, *, seed: int = 0, anchored: bool = True) -> Moments:
    """One moment a second, somewhere in it."""
    rng = np.random.default_rng([seed, footage.duration])
    starts = np.arange(0, footage.duration, 1000)
    begins = np.minimum(starts + rng.integers(0, 960, len(starts)), footage.duration - 1)
    hashes = bits_of(footage.at(begins.astype(float)))
    count = len(begins)
    of = np.repeat(np.arange(count, dtype=np.uint32), 4 if anchored else 0)
    return Moments(
        begins.astype(np.uint32),
        begins.astype(np.uint32),
        np.ascontiguousarray(hashes[:, 0]),
        np.full(count, 90, np.uint8),
        np.ascontiguousarray(hashes[:, 1:].reshape(-1, 32)[: len(of)]),
        of,
        np.full(len(of), 80, np.uint8),
        footage.duration,
    )


class Shown:
    """An upload put together from parts of footage: each shown from `begin` of itself for `length`
    milliseconds at a speed, backwards where that is negative."""

    def __init__(
        self, *parts: tuple[Footage, float, float, float], noise: float = 0.2, seed: int = 1
    ) -> None:
        self.parts, self.noise, self.seed = parts, noise, seed
        self.ends = np.cumsum([length for _, _, length, _ in parts])
        self.duration = round(float(self.ends[-1]))

    def at(self, times: NDArray[np.int64]) -> NDArray[np.float64]:
        rng = np.random.default_rng(self.seed)
        out = np.empty((len(times), 5, 256))
        which = np.searchsorted(self.ends, times, "right").clip(max=len(self.parts) - 1)
        for number, (footage, begin, length, speed) in enumerate(self.parts):
            rows = which == number
            since = times[rows] - (self.ends[number] - length)
            out[rows] = footage.at(begin + speed * since)
        return out + rng.normal(size=out.shape) * self.noise

    def dense(self, *, turn: int = 0, whole: bool = True) -> Asked:
        """Every frame whole, and anchored squares at every fifth; `whole` False as after a crop."""
        times = np.arange(0, self.duration, FRAME)
        values = self.at(times)
        if not whole:
            values[:, 0] = np.random.default_rng(99_991).normal(size=(len(times), 256))
        return joined(
            asked(times, bits_of(values[:, 0]), Kind.WHOLE, turn),
            *(asked(times[::5], bits_of(values[::5, slot]), Kind.ANCHOR, turn, slot) for slot in range(1, 5)),
        )

    def seconds(self) -> Asked:
        """One frame a second, whole."""
        times = np.arange(0, self.duration, 1000)
        return asked(times, bits_of(self.at(times)[:, 0]), Kind.WHOLE, stage=VideoStage.SECONDS)


def asked(  # noqa: PLR0917
    times: NDArray[np.int64],
    hashes: NDArray[np.uint8],
    kind: Kind,
    turn: int = 0,
    slot: int = 0,
    stage: VideoStage = VideoStage.DENSE,
) -> Asked:
    count = len(times)
    place = [0.0, 0.0, 1.0, 1.0] if not slot else [0.1 * slot, 0.1, 0.1 * slot + 0.3, 0.4]
    return Asked(
        stage,
        np.ascontiguousarray(hashes),
        times.astype(np.int64),
        np.full(count, kind, np.uint8),
        np.full(count, turn, np.uint8),
        np.tile(place, (count, 1)),
    )


def joined(*parts: Asked) -> Asked:
    return Asked(
        parts[0].stage,
        np.concatenate([part.hashes for part in parts]),
        np.concatenate([part.ms for part in parts]),
        np.concatenate([part.kinds for part in parts]),
        np.concatenate([part.orientation for part in parts]),
        np.concatenate([part.rectangles for part in parts]),
    )
