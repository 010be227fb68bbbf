"""What a bank holds in this benchmark: films by hand, still ones, some from a tripod; and other films beside.

In: a folder of pictures, a folder of clips. Out: `Material`: files, kept under `artefacts/video`, each with
its kind. Next: `copies` alters the originals, `unrelated` films the pictures that nothing here shows.

Clips of the folder are read where they lie; nothing of them is kept but altered copies, in an ignored folder.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from bench.robustness.pictures import Source, collection
from bench.robustness.scenes import scene
from bench.video import filming, scenes, workers
from bench.video.filming import BGR, Shape, x264
from bench.video.keeping import KEPT, VERSION, digest
from bench.video.scenes import Film

HAND, STILL, TRIPOD = "by hand", "still", "tripod"
SHAKES: Final = (0.3, 0.6, 0.9, 1.2, 1.6, 2.0, 2.4, 2.8, 3.2)
STILLS, TRIPODS, OTHERS = 6, 4, 3
LONG: Final = 22.0
SHORTEST: Final = 6.0
SPARE: Final = 8
"""Pictures that are left over, at least."""
SUFFIXES: Final = frozenset({".mp4", ".mov", ".mkv", ".webm", ".avi", ".3gp"})
_SHARES: Final = (5, 5, 2, 4)
"""Pictures of one film by hand, still, from a tripod, beside."""


@dataclass(frozen=True)
class Original:
    """One banked film. `real`: filmed with a camera; films of one folder may show the same thing."""

    name: str
    kind: str
    path: Path
    shape: Shape
    real: bool = False


@dataclass(frozen=True)
class Material:
    """`others`: films that are banked nowhere; `spare`: pictures that no film shows."""

    originals: Sequence[Original]
    others: Sequence[Original]
    spare: Sequence[Source]
    label: str

    def of(self, kind: str) -> list[Original]:
        """The originals of a kind."""
        return [original for original in self.originals if original.kind == kind]


def material(pictures: Path | None, videos: Path | None, processes: int) -> Material:
    """Everything, made where it is not kept yet."""
    sources = list(collection(pictures).sources)
    np.random.default_rng(99).shuffle(sources)  # type: ignore[arg-type]
    counts = (len(SHAKES), STILLS, TRIPODS, OTHERS)
    used = sum(share * count for share, count in zip(_SHARES, counts, strict=True))
    # No two films may show the same picture: where there are too few, scenes are drawn.
    missing = max(0, used + SPARE - len(sources))
    sources += [Source(f"drawn {seed}", partial(_drawn, seed)) for seed in range(1000, 1000 + missing)]
    shaping = SHAKES, STILLS, TRIPODS, OTHERS, LONG, _SHARES, [source.name for source in sources]
    folder = KEPT / "originals" / digest((scenes.__file__,), VERSION, *shaping)
    made = workers.over(list(_films(folder, sources)), _made, processes, "Originals")
    clips = _clips(videos) if videos is not None else []
    originals = [*clips, *(each for each in made if each.kind)]
    label = f"{len(clips)} clips filmed by hand, and films made by code from {len(sources)} pictures"
    return Material(originals, [each for each in made if not each.kind], sources[used:], label)


def _drawn(seed: int) -> bytes:
    file = io.BytesIO()
    scene(seed).save(file, "PNG")
    return file.getvalue()


def pixels(source: Source) -> BGR:
    """A picture as OpenCV takes it."""
    return cv2.cvtColor(np.asarray(source.picture()), cv2.COLOR_RGB2BGR).astype(np.uint8)


@dataclass(frozen=True)
class _Job:
    """One film to make, where it is not kept."""

    path: Path
    kind: str
    sources: Sequence[Source]
    film: Film
    seed: int


def _films(folder: Path, sources: Sequence[Source]) -> Iterator[_Job]:
    taken = cycle(sources)
    counts = (len(SHAKES), STILLS, TRIPODS, OTHERS)
    for part, (kind, name) in enumerate(
        ((HAND, "hand"), (STILL, "still"), (TRIPOD, "tripod"), ("", "other"))
    ):
        for number in range(counts[part]):
            shake = {HAND: SHAKES[number % len(SHAKES)], "": 1.0}.get(kind, scenes.STEADY)
            shown = list(islice(taken, _SHARES[part]))
            yield _Job(
                folder / f"{name}-{number}.mp4", kind, shown, Film(LONG, shake=shake), 20 * part + number
            )


def _made(job: _Job) -> Original:
    if not job.path.exists():
        shown = [pixels(source) for source in job.sources]
        frames = (scenes.tripod if job.kind == TRIPOD else scenes.moving)(shown, job.film, job.seed)
        filming.write(job.path, frames, job.film.rate, x264(20, g="30"))
    return Original(job.path.stem, job.kind, job.path, filming.shape(job.path))


def _clips(folder: Path) -> list[Original]:
    """Clips from which one of three seconds can be cut at several places, by name."""
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    clips = [Original(path.stem, HAND, path, filming.shape(path), real=True) for path in paths]
    return [clip for clip in clips if clip.shape.seconds >= SHORTEST]
