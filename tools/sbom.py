"""The list of parts (SBOM): everything the locks name, as CycloneDX 1.6 JSON.

In: `requirements/*.txt`, `browser/package-lock.json`, the imports of `browser/src`. Out: one file, the same
bytes from the same locks: no moment, no random number, no address of an index. Next: whoever compares it with
lists of known weaknesses, or must say what is inside.

`scope` says who needs a part: `required` runs at every hotline and gate or stands in the page's bundle,
`optional` comes with an extra, `excluded` only builds, tests or measures. The locks do not say which part
wants which, so all of them hang on the whole.
"""

import argparse
import base64
import json
import re
import sys
import tomllib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from cyclonedx.contrib.hash.factories import HashTypeFactory
from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, Property, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement

ROOT: Final = Path(__file__).resolve().parent.parent
# In this order: a part that several locks name belongs to the first.
LOCKS: Final = {
    "demo.txt": ComponentScope.REQUIRED,
    "s3.txt": ComponentScope.OPTIONAL,
    "dev.txt": ComponentScope.EXCLUDED,
    "bench.txt": ComponentScope.EXCLUDED,
    "vpdq.txt": ComponentScope.EXCLUDED,
    "bootstrap.txt": ComponentScope.EXCLUDED,
}
_LICENCES_ELSEWHERE: Final = {"busboy": "MIT", "streamsearch": "MIT"}
"""Licences that stand in a part's own files, in an old form of which the lock takes no notice."""
_IMPORTED: Final = re.compile(r"""(?:from|import)\s+["']((?:@[\w.-]+/)?[\w.-]+)""")
_HASHES: Final = HashTypeFactory()
_LICENCES: Final = LicenseFactory()
_NAMESPACE: Final = uuid.UUID("6f0c2d5e-8f0e-5d0a-9a44-7f2f5b1f3c11")


class Locked(NamedTuple):
    """One part as a lock names it: SHA-2 digests in hexadecimal, by the algorithm's CycloneDX name."""

    kind: str
    name: str
    version: str
    digests: tuple[str, ...]
    lock: str
    scope: ComponentScope
    marker: str = ""
    licence: str = ""


def python_parts(root: Path) -> Iterator[Locked]:
    """What the exported requirement files name."""
    for file, scope in LOCKS.items():
        text = (root / "requirements" / file).read_text(encoding="utf-8").replace("\\\n", " ")
        for line in filter(None, map(str.strip, text.splitlines())):
            wanted, *digests = re.split(r"\s+--hash=", line)
            found = Requirement(wanted)
            [version] = [clause.version for clause in found.specifier if clause.operator == "=="]
            marker = str(found.marker or "")
            yield Locked("pypi", found.name, version, tuple(digests), f"requirements/{file}", scope, marker)


def browser_parts(root: Path) -> Iterator[Locked]:
    """What the browser package's lock names; `required` is what its sources import."""
    lock = root / "browser" / "package-lock.json"
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    bundled = _bundled(root, packages)
    for path, entry in packages.items():
        name = path.rpartition("node_modules/")[2]
        if not name:
            continue
        algorithm, _, value = entry["integrity"].partition("-")
        digest = f"{algorithm}:{base64.b64decode(value).hex()}"
        scope = ComponentScope.REQUIRED if name in bundled else ComponentScope.EXCLUDED
        licence = entry.get("license", _LICENCES_ELSEWHERE.get(name, ""))
        yield Locked(
            "npm", name, entry["version"], (digest,), "browser/package-lock.json", scope, "", licence
        )


def _bundled(root: Path, packages: dict[str, dict[str, dict[str, str]]]) -> set[str]:
    sources = (root / "browser" / "src").rglob("*.ts")
    imported = {name for file in sources for name in _IMPORTED.findall(file.read_text(encoding="utf-8"))}
    found: set[str] = set()
    more = {name for name in imported if f"node_modules/{name}" in packages}
    while more:
        found |= more
        wanted = {part for name in more for part in packages[f"node_modules/{name}"].get("dependencies", {})}
        # Types are for whoever compiles: nothing of them is in a bundle.
        more = {part for part in wanted if not part.startswith("@types/")} - found
    return found


def bom(root: Path) -> Bom:
    """The whole list."""
    made = Bom(serial_number=_NAMESPACE)
    made.metadata.timestamp = None
    version = tomllib.loads((root / "service" / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]
    whole = Component(
        name="repit",
        version=version,
        type=ComponentType.APPLICATION,
        bom_ref="repit",
        licenses=[_LICENCES.make_from_string("Apache-2.0")],
    )
    made.metadata.component = whole
    parts: dict[str, Component] = {}
    for part in [*python_parts(root), *browser_parts(root)]:
        component = _component(part)
        known = parts.setdefault(str(component.purl), component)
        known.properties.add(Property(name="repit:lock", value=part.lock))
    for component in parts.values():
        made.components.add(component)
    made.register_dependency(whole, parts.values())
    return made


def _component(part: Locked) -> Component:
    space, _, name = part.name.rpartition("/")
    purl = PackageURL(part.kind, space or None, name, part.version)
    digests = [_HASHES.from_composite_str(digest) for digest in sorted(part.digests)]
    return Component(
        name=name,
        group=space or None,
        version=part.version,
        type=ComponentType.LIBRARY,
        purl=purl,
        bom_ref=str(purl),
        scope=part.scope,
        licenses=[_LICENCES.make_from_string(part.licence)] if part.licence else None,
        properties=[Property(name="repit:where", value=part.marker)] if part.marker else None,
        # One part comes in several files; each has a digest. Where to fetch it from is the reader's business.
        external_references=[
            ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=XsUri(str(purl)), hashes=digests)
        ],
    )


def text(root: Path = ROOT) -> str:
    """The file, with a serial number that its content gives."""
    made = bom(root)
    made.serial_number = uuid.uuid5(_NAMESPACE, JsonV1Dot6(made).output_as_string(indent=2))
    return JsonV1Dot6(made).output_as_string(indent=2) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description="Write the list of parts.")
    parser.add_argument("out", type=Path)
    out: Path = parser.parse_args().out
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
