"""What can be decoded of a file that ends too soon, or breaks in the middle, as browsers show it.

In: a Pillow image that is not loaded yet. Out: the same, loaded, and which of its pixels were decoded. Next:
`layers` takes what is missing for transparent, as browsers leave it to the ground.

Pillow keeps the pixels that it had decoded when it gives up. Which those are it does not say: so the file is
decoded twice, over two different grounds, and what differs was never written.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from repit_engine.picture.refusals import damaged

MOST_PIXELS: Final = 30_000_000
"""Of a broken file: a few bytes may promise a wide plain of nothing."""
_GROUNDS: Final = (0, 255)
Opening = Callable[[], ImageFile.ImageFile]


def loaded(opening: Opening) -> tuple[Image.Image, Image.Image | None]:
    """The image that `opening` gives, loaded, and where it was decoded (mode L, 0 or 255); None for all of
    it.

    Raises what Pillow raises while opening, and `DamagedPicture` where no pixel was decoded, or the
    file is too large for that.
    """
    image = opening()
    try:
        image.load()
    except Exception:  # noqa: BLE001 - decoders raise anything; what they decoded before is looked at now
        check_plain(image.size[0] * image.size[1])
        image = opening()
    else:
        return image, None
    decoded = [_over(image, _GROUNDS[0])]
    again = opening()
    decoded.append(_over(again, _GROUNDS[1]))
    if decoded[0].shape != decoded[1].shape:
        raise damaged()
    same = decoded[0] == decoded[1]
    if same.ndim == 3:
        same = same.all(axis=2)
    if not same.any():
        raise damaged()
    return image, None if same.all() else Image.fromarray(same.astype(np.uint8) * 255)


def check_plain(pixels: int) -> None:
    """Raise `DamagedPicture` for a broken file of more than `MOST_PIXELS`."""
    if pixels > MOST_PIXELS:
        raise damaged() from None


def both(cover: Image.Image | None, other: Image.Image | None) -> Image.Image | None:
    """What covers the ground in both."""
    if cover is None or other is None:
        return other if cover is None else cover
    covered = Image.new("L", cover.size, 0)
    covered.paste(cover, mask=other)
    return covered


def _over(image: ImageFile.ImageFile, ground: int) -> NDArray[np.generic]:
    """Load what can be loaded over a flat ground; its samples."""
    prepare = image.load_prepare

    def prepared() -> None:
        prepare()
        bands = len(image.getbands())
        image.im.paste(ground if bands == 1 else (ground,) * bands, (0, 0, *image.size))

    image.load_prepare = prepared  # type: ignore[method-assign] # once for each loading: it keeps a state
    try:
        image.load()
    except Exception:  # noqa: BLE001 - as above
        image.tile = []
    return np.array(image)
