"""Films that share a part and nothing else: intros, end titles, countdowns, slides, an app's frame, a place.

In: pictures. Out: a table: how often such a pair is blocked, reviewed, or nothing. Next: `bench.video`.

The bank holds one film with the part, or four: from four it can tell that the part is common. An upload
holds the part and a film of its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import cv2
import numpy as np

from bench.common import Table
from bench.video import scenes, workers
from bench.video.alterations import WORDS
from bench.video.filming import BGR
from bench.video.originals import Material, pixels
from bench.video.ours import Scaled
from bench.video.scenes import Film, fitted
from bench.video.unrelated import LARGEST, Shown
from repit_engine.align import VideoIndex, decide_video
from repit_engine.decision import Strength
from repit_engine.moments import asked_of, moments_of
from repit_engine.stoplist import package_stoplist

WIDTH, HEIGHT, RATE = 320, 180, 12.0
HOLDERS: Final = 4
Frames: TypeAlias = list[BGR]
Picture: TypeAlias = Callable[[], BGR]
Case: TypeAlias = Callable[[np.random.Generator, Picture], Sequence[Frames]]
"""A generator of the set and a source of pictures to `HOLDERS` + 1 films."""


def _body(rng: np.random.Generator, picture: Picture, seconds: float = 12.0) -> Frames:
    film = Film(seconds, WIDTH, HEIGHT, RATE, float(rng.uniform(0.3, 2.5)), 3.0)
    return list(scenes.moving([picture() for _ in range(4)], film, int(rng.integers(2**31))))


def _title(rng: np.random.Generator, seconds: float, *, moves: bool) -> Frames:
    """Words on a ground of two colours, with shapes; several scenes where it moves."""
    colours = rng.integers(30, 226, (8, 3)).tolist()
    text = str(rng.choice(WORDS)).upper()
    spots = rng.uniform(0.1, 0.9, (6, 2))
    made = []
    for number in range(round(seconds * RATE)):
        part = int(number / RATE / seconds * 4) if moves else 0
        frame = np.full((HEIGHT, WIDTH, 3), colours[part], np.uint8)
        frame[:, : WIDTH * (part + 1) // 5] = colours[part + 4]
        for at, (x, y) in enumerate(spots):
            slide = number * 2 if moves else 0
            place = (int(x * WIDTH + slide * (at - 2)) % WIDTH, int(y * HEIGHT))
            cv2.circle(frame, place, 12 + 5 * at + 8 * part, colours[(at + part) % 8], -1)
        cv2.putText(frame, text, (20, 60 + 30 * part), cv2.FONT_HERSHEY_DUPLEX, 1.0, (255, 255, 255), 2)
        made.append(frame)
    return made


def _countdown(rng: np.random.Generator, seconds: int = 5) -> Frames:
    ground, ink = rng.integers(20, 120, 3).tolist(), rng.integers(150, 255, 3).tolist()
    made = []
    for number in range(round(seconds * RATE)):
        frame = np.full((HEIGHT, WIDTH, 3), ground, np.uint8)
        left = seconds - int(number / RATE)
        angle = 360 * (number / RATE % 1)
        cv2.ellipse(frame, (WIDTH // 2, HEIGHT // 2), (80, 80), -90, 0, angle, ink, 6)
        cv2.putText(frame, str(left), (130, 118), cv2.FONT_HERSHEY_DUPLEX, 3, ink, 5)
        made.append(frame)
    return made


def _begun(rng: np.random.Generator, picture: Picture) -> Sequence[Frames]:
    part = _title(rng, 4.0, moves=True)
    return [part + _body(rng, picture) for _ in range(HOLDERS + 1)]


def _ended(rng: np.random.Generator, picture: Picture) -> Sequence[Frames]:
    part = _title(rng, 3.0, moves=False)
    return [_body(rng, picture) + part for _ in range(HOLDERS + 1)]


def _counted(rng: np.random.Generator, picture: Picture) -> Sequence[Frames]:
    part = _countdown(rng)
    return [part + _body(rng, picture) for _ in range(HOLDERS + 1)]


def _middle(rng: np.random.Generator, picture: Picture) -> Sequence[Frames]:
    part = _title(rng, 4.0, moves=True)
    return [_body(rng, picture, 8) + part + _body(rng, picture, 8) for _ in range(HOLDERS + 1)]


def _slides(rng: np.random.Generator, picture: Picture) -> Sequence[Frames]:
    shared, film = picture(), Film(15.0, WIDTH, HEIGHT, RATE, shot=2.5)
    made = []
    for _ in range(HOLDERS + 1):
        shown = [picture() for _ in range(5)]
        shown.insert(int(rng.integers(6)), shared)
        made.append(list(scenes.slides(shown, film)))
    return made


def _framed(rng: np.random.Generator, picture: Picture) -> Sequence[Frames]:
    """An app's frame about each film."""
    frame = fitted(_title(rng, 1 / RATE, moves=False)[0], WIDTH, HEIGHT)
    made = []
    for _ in range(HOLDERS + 1):
        film = []
        for seen in _body(rng, picture):
            whole = frame.copy()
            whole[30:150, 60:260] = cv2.resize(seen, (200, 120), interpolation=cv2.INTER_AREA)
            film.append(whole)
        made.append(film)
    return made


def _placed(rng: np.random.Generator, picture: Picture) -> Sequence[Frames]:
    """The same place from the same tripod, something else going on in it."""
    ground, seed = picture(), int(rng.integers(2**31))
    film = Film(12.0, WIDTH, HEIGHT, RATE)
    made = []
    for _ in range(HOLDERS + 1):
        other = picture()
        base = list(scenes.tripod([ground, other], film, seed))
        for number, frame in enumerate(base):
            x = int((number / len(base)) * (WIDTH - 120))
            frame[60:170, x : x + 120] = cv2.resize(other, (120, 110), interpolation=cv2.INTER_AREA)
        made.append(base)
    return made


CASES: Final[dict[str, Case]] = {
    "intro of 4 s": _begun,
    "end title of 3 s": _ended,
    "countdown of 5 s": _counted,
    "4 s in the middle": _middle,
    "slide shows with one slide in common": _slides,
    "an app's frame about them": _framed,
    "the same place, something else in it": _placed,
}


@dataclass(frozen=True)
class Outcome:
    """Of one set: strengths with one holder banked, and with all."""

    case: str
    alone: Strength
    several: Strength


def measured(material: Material, sets: int, processes: int) -> list[Outcome]:
    """So many sets of each case."""
    jobs = [(name, number) for name in CASES for number in range(sets)]
    return workers.over(jobs, lambda job: _outcome(material, *job), processes, "Shared parts")


def table(found: Sequence[Outcome]) -> Table:
    """Blocked, reviewed, nothing."""
    rows = []
    for name in CASES:
        own = [each for each in found if each.case == name]
        counts = [
            [sum(getattr(each, which) is strength for each in own) for strength in Strength]
            for which in ("alone", "several")
        ]
        rows.append((name, len(own), *counts[0], *counts[1]))
    names = [strength.value for strength in Strength]
    columns = (
        "what is shared",
        "pairs",
        *(f"{name}, one film banked" for name in names),
        *(f"{name}, {HOLDERS} banked" for name in names),
    )
    return Table("Films that share a part, at 42 M hashes", columns, rows)


def _outcome(material: Material, case: str, number: int) -> Outcome:
    rng = np.random.default_rng([number, len(case), 77])
    order = iter(rng.permutation(len(material.spare)).tolist() * 3)
    films = CASES[case](rng, lambda: pixels(material.spare[next(order)]))
    *holders, upload = (Shown(frames, RATE) for frames in films)
    moments = [moments_of(film) for film in holders]  # type: ignore[arg-type]
    stages = list(asked_of(upload))  # type: ignore[arg-type]
    return Outcome(case, *(_strength(stages, moments[:count], upload) for count in (1, HOLDERS)))


def _strength(stages: Sequence[object], moments: Sequence[object], upload: Shown) -> Strength:
    index = VideoIndex()
    index.add_many(enumerate(moments))  # type: ignore[arg-type]
    searched = Scaled(index, LARGEST)
    decision = decide_video(stages, searched, duration=upload.duration, stoplist=package_stoplist())  # type: ignore[arg-type]
    index.close()
    return decision.strength
