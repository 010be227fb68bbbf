"""The peers: what deployed filters do with an upload, and an upper bound that none can afford.

In: the bytes of a query. Out: its hashes as that peer computes them. Next: `measure`.

- plain: `threatexchange`'s PDQ of the picture, as HMA and StopNCII compare, radius 31.
- unletterboxed: plain, or the same after threatexchange's own removal of black borders.
- eight orientations: pdqhash's dihedral hashes, an option of PDQ that no filter has switched on.
- SIFT and geometry: OpenCV keypoints with a homography; kilobytes a picture, which they show: a bound.
"""

import io
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
import pdqhash
from numpy.typing import NDArray
from PIL import Image
from threatexchange.content_type.preprocess import unletterboxing
from threatexchange.signal_type.pdq.pdq_hasher import pdq_from_bytes

RADIUS: Final = 31
BLACK_THRESHOLD: Final = 40
"""How dark a border's pixels may be: threatexchange asks its caller; JPEG leaves black at more than 0."""
SIFT_SIDE: Final = 640
INLIERS: Final = 12


def plain(data: bytes) -> NDArray[np.uint8]:
    """`(1, 32)`: the standard hash, as HMA and StopNCII have it."""
    text, _ = pdq_from_bytes(data)
    return np.frombuffer(bytes.fromhex(text), np.uint8)[None, :]


def unletterboxed(data: bytes) -> NDArray[np.uint8]:
    """`(1, 32)`: the standard hash after threatexchange has cut black borders away."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    top = unletterboxing.detect_top_border(picture, BLACK_THRESHOLD)
    bottom = unletterboxing.detect_bottom_border(picture, BLACK_THRESHOLD)
    left = unletterboxing.detect_left_border(picture, BLACK_THRESHOLD)
    right = unletterboxing.detect_right_border(picture, BLACK_THRESHOLD)
    box = (left, top, picture.width - right, picture.height - bottom)
    if box[2] - box[0] < 8 or box[3] - box[1] < 8:
        return plain(data)
    bits, _ = pdqhash.compute(np.asarray(picture.crop(box)))
    return np.packbits(bits)[None, :]


def eight(data: bytes) -> NDArray[np.uint8]:
    """`(8, 32)`: pdqhash's dihedral hashes."""
    vectors, _ = pdqhash.compute_dihedral(np.asarray(Image.open(io.BytesIO(data)).convert("RGB")))
    return np.stack([np.packbits(vector) for vector in vectors])


@lru_cache(maxsize=4)
def _keypoints(data: bytes) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    picture = Image.open(io.BytesIO(data)).convert("L")
    picture.thumbnail((SIFT_SIDE, SIFT_SIDE))
    points, described = cv2.SIFT_create(nfeatures=1500).detectAndCompute(np.asarray(picture), None)
    return (
        np.array([point.pt for point in points], np.float32).reshape(-1, 2),
        np.zeros((0, 128), np.float32) if described is None else described,
    )


def sift_matches(original: bytes, query: bytes, mirrored: bytes) -> bool:
    """Whether at least `INLIERS` keypoints of the query, or of its mirror, agree on one homography."""
    known, known_described = _keypoints(original)
    for candidate in (query, mirrored):
        points, described = _keypoints(candidate)
        if len(points) < INLIERS or len(known) < INLIERS:
            continue
        pairs = cv2.BFMatcher().knnMatch(described, known_described, k=2)
        good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < 0.78 * pair[1].distance]
        if len(good) < INLIERS:
            continue
        source = np.array([points[match.queryIdx] for match in good], np.float32)
        target = np.array([known[match.trainIdx] for match in good], np.float32)
        cv2.setRNGSeed(1)
        _, inliers = cv2.findHomography(source, target, cv2.RANSAC, 5.0)
        if inliers is not None and int(inliers.sum()) >= INLIERS:
            return True
    return False


def mirror_of(data: bytes) -> bytes:
    """The query mirrored, as another JPEG."""
    buffer = io.BytesIO()
    mirrored = Image.open(io.BytesIO(data)).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    mirrored.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()
