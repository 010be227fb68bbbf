"""SVG in the ways in which browsers take it, each with a raster picture inside."""

import base64


def drawing(picture: bytes, width: int, height: int, *, prefix: str = "") -> str:
    colon = f"{prefix}:" if prefix else ""
    name = f"xmlns:{prefix}" if prefix else "xmlns"
    inside = base64.b64encode(picture).decode()
    size = f'width="{width}" height="{height}"'
    return (
        f'<{colon}svg {name}="http://www.w3.org/2000/svg" {size}>'
        f'<{colon}image {size} href="data:image/jpeg;base64,{inside}"/></{colon}svg>'
    )


def dressed(drawn: str) -> dict[str, bytes]:
    """The same drawing after whatever may stand before it."""
    kind = (
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    )
    before = {
        "plain": "",
        "after a comment": "<!-- drawn by hand -->",
        "after spaces": "\n\t  ",
        "after a page of spaces": " " * 5000,
        "after a declaration": '<?xml version="1.0" encoding="UTF-8"?>\n',
        "after a document type": kind,
        "after all of them": f'<?xml version="1.0"?>\n<!-- one -->\n{kind}\n<!-- two -->\n',
    }
    found = {name: (start + drawn).encode() for name, start in before.items()}
    found["after a mark"] = b"\xef\xbb\xbf" + drawn.encode()
    found["in UTF-16"] = ("\ufeff" + drawn).encode("utf-16-le")
    found["in UTF-16, the other way"] = ("\ufeff" + drawn).encode("utf-16-be")
    return found
