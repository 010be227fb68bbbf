"""The eight ways in which a picture can be turned or mirrored, and the order of their hashes.

In: nothing. Out: `Orientation`. Next: whoever reads rows of `hash_luma_orientations` or `hash_rectangles`.
"""

from enum import IntEnum


class Orientation(IntEnum):
    """Row n holds the hash of the picture turned as member n says; `numpy` names in brackets.

    An upload that is the mirror image of a known picture therefore meets the known hash in the upload's
    row `MIRRORED`. Rows 0 and 1 are what ``orientations=2`` gives, row 0 what 1 gives. Whole pictures and
    rectangles are sampled as the turned picture would be; that is not the reference's
    `pdqDihedralHash256esFromFloatLuma`, which turns the samples and lies 4 to 40 bits off on pictures of
    128 to 1200 pixels (docs/en/pdq.md, section 7). `hash_samples` turns the samples: it has nothing else.
    """

    UPRIGHT = 0
    """As it is."""
    MIRRORED = 1
    """Left and right exchanged [`fliplr`]; the reference's FlipY."""
    FLIPPED = 2
    """Top and bottom exchanged [`flipud`]; FlipX."""
    HALF_TURN = 3
    """Turned by 180° [`rot90(·, 2)`]; Rotate180."""
    TRANSPOSED = 4
    """Mirrored along the diagonal from the upper left [`transpose`]; FlipPlus1."""
    QUARTER_TURN_LEFT = 5
    """Turned by 90° counter-clockwise [`rot90(·, 1)`]; Rotate90."""
    QUARTER_TURN_RIGHT = 6
    """Turned by 90° clockwise [`rot90(·, 3)`]; Rotate270."""
    ANTI_TRANSPOSED = 7
    """Mirrored along the other diagonal [`rot90(transpose(·), 2)`]; FlipMinus1."""
