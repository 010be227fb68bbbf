"""Which way up a picture is, as its camera noted it.

In: an EXIF block. Out: an orientation, 1 to 8. Next: the readers of JPEG, PNG and AVIF. Browsers turn no
WebP by it, and AVIF and HEIF by their container's own properties alone.
"""

from PIL import Image


def exif_orientation(block: bytes | None) -> int:
    """EXIF tag 0x0112, or 1 where there is none, it cannot be read or it is out of range."""
    if not block:
        return 1
    exif = Image.Exif()
    try:
        exif.load(block)
        orientation = exif.get(0x0112, 1)
    except Exception:  # noqa: BLE001 - broken metadata must not cost the picture its hash
        return 1
    return orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1
