"""Moving scenes made by code from still pictures: by hand, slowly, from a tripod. Nobody is in them.

In: pictures, a seed. Out: frames. Next: `originals`, and `unrelated` at a small size.

A hand walks, rests now and then, and shakes; how much is a number that rises from film to film.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from bench.video.filming import BGR

GRAIN = 2.0
FINE = 9.0
"""Texture that an enlarged picture lacks, before it is smoothed."""
STEADY = 0.0


@dataclass(frozen=True)
class Film:
    """How something is filmed: `shake` of the hand (0 for none), `shot` seconds between cuts, about."""

    seconds: float
    width: int = 640
    height: int = 360
    rate: float = 30.0
    shake: float = STEADY
    shot: float = 5.0


class _Hand:
    """Where the camera points: a random walk of the speed, slower where it rests."""

    def __init__(self, shake: float, phase: int, rng: np.random.Generator) -> None:
        self.shake, self.phase, self.rng = shake, phase, rng
        self.speed, self.at = np.zeros(3), np.zeros(3)

    def moved(self, seconds: float, rate: float) -> tuple[float, float, float]:
        """One frame on: across, down, turned."""
        rests = math.sin(1.9 * seconds + self.phase) > 0.55
        drive = self.rng.normal(0, 1, 3) * (0.15 if rests else 1.0)
        steps = 30 / rate
        self.speed = 0.9**steps * self.speed + drive * self.shake * steps
        self.at = 0.985**steps * self.at + self.speed * steps
        return float(self.at[0]), float(self.at[1]), float(self.at[2])


def moving(pictures: Sequence[BGR], film: Film, seed: int) -> Iterator[BGR]:
    """Pans, zooms, turns, cuts, a patch that moves, grain; by hand where `film.shake` says so."""
    rng = np.random.default_rng([seed, 1])
    width, height = film.width, film.height
    grains = [_grain(rng, width, height) for _ in range(4)]
    hand, end, shot = _Hand(film.shake, seed, rng), 0.0, -1
    for number in range(round(film.seconds * film.rate)):
        seconds = number / film.rate
        if seconds >= end:
            shot, begin = shot + 1, seconds
            end = seconds + film.shot * rng.uniform(0.6, 1.4)
            ground = enlarged(pictures[shot % len(pictures)], width, height, rng)
            path = _Path.drawn(rng, ground.shape[1], ground.shape[0])
            patch = _Patch.drawn(pictures[(shot + 1) % len(pictures)], film, rng)
        across, down, turned = hand.moved(seconds, film.rate) if film.shake else (0.0, 0.0, 0.0)
        seen = path.seen((seconds - begin) / (end - begin))
        x = seen[0] + across * width / 500 + 3 * math.sin(7 * seconds)
        y = seen[1] + down * width / 500 + 2 * math.cos(5 * seconds)
        frame = _looked_at(ground, (x, y, seen[2] + turned / 900, seen[3]), film)
        patch.put(frame, seconds - begin)
        yield _grained(frame, grains[number % 4])


def tripod(pictures: Sequence[BGR], film: Film, seed: int) -> Iterator[BGR]:
    """One place that does not move; somebody's cat walks through it, and the light changes a little."""
    rng = np.random.default_rng([seed, 2])
    grains = [_grain(rng, film.width, film.height) for _ in range(4)]
    ground = enlarged(pictures[0], film.width, film.height, rng)
    x, y = ground.shape[1] * rng.uniform(0.45, 0.55), ground.shape[0] * rng.uniform(0.45, 0.55)
    still = _looked_at(ground, (x, y, 0.0, 1.15), film)
    patch = _Patch.drawn(pictures[1 % len(pictures)], film, rng)
    slow, phase = rng.uniform(0.15, 0.4), rng.uniform(0, 6)
    for number in range(round(film.seconds * film.rate)):
        seconds = number / film.rate
        light = 1 + 0.04 * math.sin(slow * seconds + phase)
        frame = np.clip(still * light, 0, 255).astype(np.uint8)
        patch.put(frame, seconds)
        yield _grained(frame, grains[number % 4])


def slides(pictures: Sequence[BGR], film: Film) -> Iterator[BGR]:
    """One picture after another, each as it is."""
    each = round(film.shot * film.rate)
    shown = [fitted(picture, film.width, film.height) for picture in pictures]
    for number in range(round(film.seconds * film.rate)):
        yield shown[number // each % len(shown)]


def fitted(picture: BGR, width: int, height: int) -> BGR:
    """The middle of a picture, filling a frame."""
    scale = max(width / picture.shape[1], height / picture.shape[0])
    size = (max(width, round(picture.shape[1] * scale)), max(height, round(picture.shape[0] * scale)))
    large = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return np.ascontiguousarray(large[top : top + height, left : left + width])


def enlarged(picture: BGR, width: int, height: int, rng: np.random.Generator) -> BGR:
    """Larger than the frame, with the fine texture that an enlarged picture lacks."""
    scale = 1.35 * max(width / picture.shape[1], height / picture.shape[0])
    large = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    fine = rng.standard_normal(large.shape[:2], np.float32) * FINE
    return np.clip(large + 2.2 * cv2.GaussianBlur(fine, (0, 0), 1.2)[..., None], 0, 255).astype(np.uint8)


def _grain(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    coarse = rng.normal(0, GRAIN, (height // 2, width // 2)).astype(np.float32)
    large = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.repeat(np.rint(large).astype(np.int16)[..., None], 3, axis=2)


def _grained(frame: BGR, grain: np.ndarray) -> BGR:
    return cv2.add(frame, grain, dtype=cv2.CV_8U)


def _looked_at(ground: BGR, view: tuple[float, float, float, float], film: Film) -> BGR:
    """What is seen of a ground about a middle, turned, enlarged."""
    (x, y, angle, zoom), width, height = view, film.width, film.height
    cosine, sine = math.cos(angle) / zoom, math.sin(angle) / zoom
    matrix = np.array(
        [
            [cosine, -sine, x - cosine * width / 2 + sine * height / 2],
            [sine, cosine, y - sine * width / 2 - cosine * height / 2],
        ]
    )
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(ground, matrix, (width, height), flags=how, borderMode=cv2.BORDER_REFLECT)


@dataclass(frozen=True)
class _Path:
    """From where to where a shot looks: middle, angle, zoom."""

    begin: tuple[float, float, float, float]
    end: tuple[float, float, float, float]

    @classmethod
    def drawn(cls, rng: np.random.Generator, width: int, height: int) -> "_Path":
        ends = []
        for _ in range(2):
            x, y = rng.uniform(0.42, 0.58, 2)
            ends.append(
                (x * width, y * height, math.radians(rng.uniform(-3, 3)), float(rng.uniform(1.0, 1.3)))
            )
        return cls(ends[0], ends[1])

    def seen(self, share: float) -> tuple[float, ...]:
        eased = share * share * (3 - 2 * share)
        return tuple(a + (b - a) * eased for a, b in zip(self.begin, self.end, strict=True))


@dataclass(frozen=True)
class _Patch:
    """A square of another picture that moves across the frame."""

    pixels: BGR
    begin: tuple[float, float]
    speed: tuple[float, float]

    @classmethod
    def drawn(cls, picture: BGR, film: Film, rng: np.random.Generator) -> "_Patch":
        side = int(film.height * rng.uniform(0.2, 0.35))
        x, y = rng.uniform(0.1, 0.6, 2)
        pixels = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
        return cls(
            pixels, (float(x), float(y)), (float(rng.uniform(-0.12, 0.12)), float(rng.uniform(-0.1, 0.1)))
        )

    def put(self, frame: BGR, seconds: float) -> None:
        height, width = frame.shape[:2]
        side = len(self.pixels)
        shares = [min(max(a + v * seconds, 0), 1) for a, v in zip(self.begin, self.speed, strict=True)]
        x, y = min(int(width * shares[0]), width - side), min(int(height * shares[1]), height - side)
        frame[y : y + side, x : x + side] = self.pixels
