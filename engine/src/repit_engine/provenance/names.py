"""The words that facts are made of, and how a file's texts lead to them.

In: IPTC addresses, keys and texts of a file. Out: words from fixed lists. Next: `facts`. Pure.

Digital source types: https://cv.iptc.org/newscodes/digitalsourcetype/ . Keys of generators: the names under
which each program is documented to write its settings into PNG text chunks, EXIF Software or XMP CreatorTool.
"""

import re
from typing import Final, Literal, NamedTuple

Code = Literal["c2pa", "c2pa-ai", "iptc-ai", "iptc-source", "generator"]
CODES: Final[tuple[Code, ...]] = ("c2pa-ai", "iptc-ai", "generator", "c2pa", "iptc-source")
AI_SOURCES: Final = frozenset(
    {"trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "compositeSynthetic"}
)
SOURCES: Final = AI_SOURCES | {
    "algorithmicMedia",
    "algorithmicallyEnhanced",
    "composite",
    "compositeCapture",
    "computationalCapture",
    "dataDrivenMedia",
    "digitalArt",
    "digitalCapture",
    "digitalCreation",
    "humanEdits",
    "minorHumanEdits",
    "multiFrameComputationalCapture",
    "negativeFilm",
    "positiveFilm",
    "print",
    "screenCapture",
    "virtualRecording",
}
_ADDRESS: Final = re.compile(rb"https?://cv\.iptc\.org/newscodes/digitalsourcetype/([A-Za-z]{1,60})")
_IN_XMP: Final = re.compile(
    rb"DigitalSourceType[\s=\"'>]{1,20}(?:rdf:resource=[\"'])?"
    rb"(https?://cv\.iptc\.org/newscodes/digitalsourcetype/[A-Za-z]{1,60})"
)
_TOOL: Final = re.compile(rb"(?:CreatorTool|Software|Credit)[\s=\"'>]{1,10}([^\"'<>]{1,120})")
# Keys that only one program writes; other keys need a name in their text.
_KEYS: Final = {
    "invokeai_metadata": "invokeai",
    "invokeai_graph": "invokeai",
    "sd-metadata": "invokeai",
    "dream": "invokeai",
    "fooocus_scheme": "fooocus",
    "generation_data": "tensor-art",
}
_NAMED: Final = (
    (re.compile(r"(?i)\bstable[ -]?diffusion\b"), "stable-diffusion"),
    (re.compile(r"(?i)\bcomfyui\b"), "comfyui"),
    (re.compile(r"(?i)\bnovelai\b"), "novelai"),
    (re.compile(r"(?i)\bmidjourney\b"), "midjourney"),
    (re.compile(r"(?i)\bdall[-·. ]?e\b"), "dall-e"),
    (re.compile(r"(?i)\bfirefly\b"), "firefly"),
    (re.compile(r"(?i)\bmade with google ai\b"), "google-ai"),
    (re.compile(r"(?i)\bfooocus\b"), "fooocus"),
    (re.compile(r"(?i)\binvokeai\b"), "invokeai"),
)
# Only where programs name themselves: a caption that mentions one proves nothing.
_SELF_NAMING: Final = frozenset({"software", "creatortool", "source", "credit", "exif-software"})
_WEBUI: Final = re.compile(r"\bSteps: \d+.{0,400}?\b(?:Sampler|CFG scale|Seed): ", re.DOTALL)
_COMFY: Final = re.compile(r'"class_type"\s*:\s*"')


class Fact(NamedTuple):
    """One thing that a file says of itself. `word` stands in one of this module's lists."""

    code: Code
    word: str


def known_source(address: bytes) -> str | None:
    """The last part of an IPTC address, if it is one of the vocabulary."""
    found = _ADDRESS.fullmatch(address)
    word = found[1].decode() if found else ""
    return word if word in SOURCES else None


def source_type(xmp: bytes) -> set[str]:
    """Digital source types that an XMP packet states."""
    words = (known_source(found[1]) for found in _IN_XMP.finditer(xmp))
    return {word for word in words if word}


def tools(xmp: bytes) -> list[str]:
    """What an XMP packet says that made the file."""
    return [found[1].decode("utf-8", "replace") for found in _TOOL.finditer(xmp)][:8]


def generator_named(key: str, text: str) -> set[str]:
    """Generators that a text under this key gives away."""
    key = key.lower()
    if key in _KEYS:
        return {_KEYS[key]}
    if key in ("parameters", "comment", "usercomment") and _WEBUI.search(text):
        return {"stable-diffusion"}
    if key in ("prompt", "workflow") and _COMFY.search(text):
        return {"comfyui"}
    if key in _SELF_NAMING:
        return {word for pattern, word in _NAMED if pattern.search(text)}
    return set()
