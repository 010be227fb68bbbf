"""The pictures of the demonstration and what uploaders do to them; its film is in `films`.

In: a cat, a coffee and a rocket (`samples`; none of a person), or a file. Out: `Upload`s, each with the way
in which the gate should meet it. Next: `story`.
"""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from PIL import Image, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError

from repit.foundation.errors import InputRefused, Text

Hope = Literal["refused", "turned", "altered", "film", "passes"]
"""`refused`: as it stands. `turned`: after a turn or mirror. `altered`: by its parts. `film`: by its moments.
"""

_SAMPLES: Final = Path(__file__).parent / "samples"
_LARGEST: Final = 64 * 1024**2
_ENGLISH_CAPTION: Final = "when monday comes again"


@dataclass(frozen=True, slots=True)
class Upload:
    """One file sent to the platform: what it is called, its bytes, what should happen to it."""

    name: Text
    data: bytes
    kind: str
    hope: Hope

    @property
    def content_type(self) -> str:
        """As an uploader would name it."""
        return "video/mp4" if self.kind == "mp4" else f"image/{self.kind}"


def original(path: Path | None) -> bytes:
    """The picture to protect, as a JPEG or as the file is. Raises `InputRefused`."""
    if path is None:
        return _sample("cat")
    try:
        if path.stat().st_size > _LARGEST:
            raise OSError
        return path.read_bytes()
    except OSError:
        raise InputRefused(
            Text("The picture cannot be read.", "L’image est illisible."),
            Text("Give the path of a picture file.", "Donnez le chemin d’un fichier image."),
        ) from None


def uploads(picture: bytes, *, ours: bool) -> list[Upload]:
    """The picture, its altered copies, and unrelated ones. Raises `InputRefused`."""
    image = _opened(picture)
    unrelated = [
        Upload(Text("Unrelated: a coffee", "Autre : un café"), _sample("coffee"), "jpeg", "passes"),
        Upload(Text("Unrelated: a rocket", "Autre : une fusée"), _sample("rocket"), "jpeg", "passes"),
    ]
    if not ours:
        cat = Upload(Text("Unrelated: a cat", "Autre : un chat"), _sample("cat"), "jpeg", "passes")
        unrelated.insert(0, cat)
    return [
        Upload(Text("The original file", "Le fichier d’origine"), picture, "jpeg", "refused"),
        Upload(Text("JPEG, quality 30", "JPEG, qualité 30"), _jpeg(image, 30), "jpeg", "refused"),
        Upload(Text("Half the size", "Moitié de la taille"), _jpeg(_half(image)), "jpeg", "refused"),
        Upload(Text("As a GIF", "En GIF"), _saved(image, "GIF"), "gif", "refused"),
        Upload(Text("Mirrored", "En miroir"), _jpeg(ImageOps.mirror(image)), "jpeg", "turned"),
        Upload(
            Text("Rotated by 90°", "Tournée de 90°"),
            _jpeg(image.transpose(Image.Transpose.ROTATE_90)),
            "jpeg",
            "turned",
        ),
        Upload(Text("With a border", "Avec un bord"), _jpeg(_bordered(image)), "jpeg", "altered"),
        Upload(Text("Cropped by 12 %", "Rognée de 12 %"), _jpeg(_cropped(image)), "jpeg", "altered"),
        Upload(Text("With a caption", "Avec une légende"), _jpeg(_captioned(image)), "jpeg", "altered"),
        *unrelated,
    ]


def _sample(name: str) -> bytes:
    return (_SAMPLES / f"{name}.jpg").read_bytes()


def _opened(picture: bytes) -> Image.Image:
    try:
        return ImageOps.exif_transpose(Image.open(io.BytesIO(picture))).convert("RGB")
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError):
        raise InputRefused(
            Text("This file is no picture that can be read.", "Ce fichier n’est pas une image lisible."),
            Text("Give a JPEG, PNG, WebP or GIF.", "Donnez un JPEG, PNG, WebP ou GIF."),
        ) from None


def _saved(image: Image.Image, form: str, **options: int) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def _jpeg(image: Image.Image, quality: int = 85) -> bytes:
    return _saved(image, "JPEG", quality=quality)


def _half(image: Image.Image) -> Image.Image:
    return image.resize((max(1, image.width // 2), max(1, image.height // 2)), Image.Resampling.LANCZOS)


def _bordered(image: Image.Image) -> Image.Image:
    return ImageOps.expand(image, border=max(4, min(image.size) // 8), fill=(20, 20, 20))


def _cropped(image: Image.Image) -> Image.Image:
    across, down = round(image.width * 0.12), round(image.height * 0.12)
    return image.crop((across, down, image.width - across, image.height - down))


def _captioned(image: Image.Image) -> Image.Image:
    """A white band above with large words, as memes have it."""
    band = max(24, image.height // 5)
    page = Image.new("RGB", (image.width, image.height + band), "white")
    page.paste(image, (0, band))
    font = ImageFont.load_default(size=max(10, round(image.width / 16)))
    ImageDraw.Draw(page).text((image.width / 2, band / 2), _ENGLISH_CAPTION, "black", font=font, anchor="mm")
    return page
