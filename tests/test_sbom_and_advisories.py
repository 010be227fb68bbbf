"""The list of parts holds what the locks hold; asking for advisories never takes silence for good news.

The index and the registry are real servers on this machine, asked by real clients.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).resolve().parents[1]
TIMEOUT = 240


def run(program: str, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    tools = Path(sys.executable).parent
    env = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", **settings}
    command = [sys.executable, "-W", "error", str(ROOT / "tools" / program), *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=TIMEOUT, check=False)


# --- the list of parts --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("parts") / "parts.json"
    done = run("sbom.py", str(out), PYTHONHASHSEED="1")
    assert done.returncode == 0, done.stderr
    return out.read_text(encoding="utf-8")


def components(parts: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(parts)["components"]
    return found


def test_the_list_of_parts_is_valid_cyclonedx(parts: str) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(parts) is None
    broken = parts.replace('"type": "library"', '"type": "a library"', 1)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(broken) is not None


def test_the_same_locks_give_the_same_bytes(parts: str, tmp_path: Path) -> None:
    assert run("sbom.py", str(tmp_path / "again.json"), PYTHONHASHSEED="2").returncode == 0
    assert (tmp_path / "again.json").read_text(encoding="utf-8") == parts
    assert "timestamp" not in json.loads(parts)["metadata"]


def test_the_list_names_every_locked_part_with_every_digest_and_nothing_else(parts: str) -> None:
    locked: dict[str, set[str]] = {}
    for file in (ROOT / "requirements").glob("*.txt"):
        part = ""
        for line in file.read_text(encoding="utf-8").splitlines():
            if begins := re.match(r"([A-Za-z0-9._-]+)==(\S+)", line):
                part = f"pkg:pypi/{begins[1].lower().replace('_', '-')}@{begins[2]}"
            locked.setdefault(part, set()).update(re.findall(r"sha256:([0-9a-f]{64})", line))
    listed = {component["purl"]: component for component in components(parts)}
    assert {purl for purl in listed if purl.startswith("pkg:pypi/")} == set(locked)
    for purl, digests in locked.items():
        [reference] = listed[purl]["externalReferences"]
        assert {digest["content"] for digest in reference["hashes"]} == digests
    lock = json.loads((ROOT / "browser" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    of_npm = [component for component in listed.values() if component["purl"].startswith("pkg:npm/")]
    assert len(of_npm) == len(lock) - 1
    assert all(component["licenses"] and component["externalReferences"][0]["hashes"] for component in of_npm)


def test_what_runs_is_told_from_what_only_builds_and_tests(parts: str) -> None:
    scope = {component["purl"].rpartition("@")[0]: component["scope"] for component in components(parts)}
    for name in ("django", "pynacl", "uvicorn", "numpy"):
        assert scope[f"pkg:pypi/{name}"] == "required"
    assert (scope["pkg:pypi/botocore"], scope["pkg:pypi/pytest"]) == ("optional", "excluded")
    bundled = re.search(r"const parts = (\[.*?\]);", (ROOT / "browser" / "build.mjs").read_text())
    assert bundled
    required = {
        purl.removeprefix("pkg:npm/").replace("%40", "@") for purl, of in scope.items() if of == "required"
    }
    assert {name for name in required if "pypi" not in name} == set(json.loads(bundled[1]))


def test_no_address_of_an_index_stands_in_the_list(parts: str) -> None:
    addresses = set(re.findall(r"https?://[^\"\s]+", parts))
    assert addresses == {"http://cyclonedx.org/schema/bom-1.6.schema.json"}


# --- advisories ---------------------------------------------------------------------------------------------


@dataclass
class Index:
    """An index of Python parts and a registry of npm's, as knowing as a test wants them."""

    knows: bool = True
    advisories: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    silent_on: frozenset[str] = frozenset()
    npm_knows: bool = True
    npm_advisories: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    address: str = ""


class _Answers(BaseHTTPRequestHandler):
    index: Index

    def do_GET(self) -> None:
        self.index.asked.append(self.path)
        release = re.fullmatch(r"/root/pypi/([^/]+)/([^/]+)/json", self.path)
        if release is None:
            name = self.path.strip("/").replace("%2f", "/")
            versions = {v: {"name": name, "version": v} for v in ("0.0.8", "1.2.8")}
            self._say({"name": name, "versions": versions, "dist-tags": {"latest": "1.2.8"}})
            return
        name, version = release[1], release[2]
        advisories = self.index.advisories.get(name, [])
        if (name, version) == ("jinja2", "2.4.1") and self.index.knows:
            advisories = [{"id": "PYSEC-2014-8"}]
        self._say({"vulnerabilities": advisories} if name not in self.index.silent_on else None)

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        wanted = json.loads(gzip.decompress(raw) if self.headers.get("Content-Encoding") == "gzip" else raw)
        if not self.path.endswith("/advisories/bulk") or not self.index.npm_knows:
            self._say(None, 405)
            return
        control = [_of_npm("minimist", "GHSA-vh95-rmgr-6w4m", "<0.2.1")]
        known = {**self.index.npm_advisories, "minimist": control}
        self._say({name: known[name] for name in wanted if name in known})

    def _say(self, value: object, status: int = 404) -> None:
        body = json.dumps(value).encode()
        self.send_response(status if value is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        pass


def _of_npm(name: str, advisory: str, versions: str) -> dict[str, Any]:
    return {
        "id": 1,
        "name": name,
        "title": "a weakness",
        "severity": "high",
        "url": f"https://advisories.example/{advisory}",
        "vulnerable_versions": versions,
    }


@pytest.fixture
def index() -> Iterator[Index]:
    made = Index()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Answers", (_Answers,), {"index": made}))
    made.address = f"http://user:secret-of-the-index@127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small project of three Python parts and one of npm's."""
    for folder in ("requirements", "tools", "browser/src"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("demo", "s3", "dev", "bench", "vpdq", "bootstrap"):
        (tmp_path / "requirements" / f"{name}.txt").write_text("")
    digest = f"    --hash=sha256:{'0' * 64}\n"
    names = "".join(f"{name}==1.{number} \\\n{digest}" for number, name in enumerate(("one", "two", "three")))
    (tmp_path / "requirements" / "demo.txt").write_text(names)
    (tmp_path / "tools" / "advisories.toml").write_text("")
    package = {"name": "b", "version": "1.0.0", "dependencies": {"left": "1.2.8"}}
    lock = {"": package, "node_modules/left": {"version": "1.2.8", "integrity": "sha512-AA=="}}
    (tmp_path / "browser" / "package.json").write_text(json.dumps(package))
    whole = {"name": "b", "version": "1.0.0", "lockfileVersion": 3, "requires": True, "packages": lock}
    (tmp_path / "browser" / "package-lock.json").write_text(json.dumps(whole))
    return tmp_path


def audit(index: Index, root: Path) -> tuple[int, str]:
    """Exit code and words. No word holds the index's address."""
    cache = str(root / "npm-cache")
    done = run(
        "audit.py",
        "--root",
        str(root),
        PIP_INDEX_URL=f"{index.address}/root/simple/",
        npm_config_registry=f"{index.address.replace('user:secret-of-the-index@', '')}/",
        npm_config_cache=cache,
    )
    assert done.returncode in (0, 1, 3), done.stderr
    assert "127.0.0.1" not in done.stdout and "secret-of-the-index" not in done.stdout + done.stderr
    return done.returncode, done.stdout


def test_parts_without_advisories_pass_where_index_and_registry_know(index: Index, root: Path) -> None:
    code, output = audit(index, root)
    assert code == 0, output
    assert "Python: 3 parts asked about, 0 advisories." in output
    assert "npm: 1 parts asked about, 0 advisories." in output


def test_advisories_are_named_with_what_mends_them(index: Index, root: Path) -> None:
    index.advisories["two"] = [
        {"id": "PYSEC-1", "aliases": ["CVE-1"], "fixed_in": ["1.9"]},
        {"id": "PYSEC-2", "withdrawn": "2026-01-01T00:00:00Z"},
    ]
    index.npm_advisories["left"] = [_of_npm("left", "GHSA-left", "<2")]
    code, output = audit(index, root)
    assert code == 1
    assert "two 1.1: PYSEC-1 (CVE-1); mended in 1.9" in output and "PYSEC-2" not in output
    assert "left 1.2.8: GHSA-left" in output


def test_an_index_without_advisories_is_not_taken_for_good_news(index: Index, root: Path) -> None:
    index.knows, index.npm_knows = False, False
    code, output = audit(index, root)
    assert code == 3
    assert output.count("COULD NOT KNOW") == 2 and "not a pass" in output and "0 advisories" not in output
    # Nobody is asked about two hundred parts in vain.
    assert [path for path in index.asked if path.endswith("/json")] == ["/root/pypi/jinja2/2.4.1/json"]


def test_an_index_that_is_silent_on_one_part_is_told_of(index: Index, root: Path) -> None:
    index.silent_on = frozenset({"three"})
    code, output = audit(index, root)
    assert code == 3
    assert "Python: COULD NOT KNOW: no answer on three 1.2." in output
    assert "Python: 2 parts asked about, 0 advisories." in output


def test_what_was_found_weighs_more_than_what_could_not_be_known(index: Index, root: Path) -> None:
    index.advisories["one"], index.npm_knows = [{"id": "PYSEC-1"}], False
    assert audit(index, root)[0] == 1


def test_an_advisory_that_was_judged_is_left_out_until_its_day(index: Index, root: Path) -> None:
    index.advisories["one"] = [{"id": "GHSA-1", "aliases": ["CVE-1"]}]
    judged = '[[judged]]\nid = "CVE-1"\nwhy = "not called"\nuntil = {}\n'
    (root / "tools" / "advisories.toml").write_text(judged.format("2999-01-01"))
    code, output = audit(index, root)
    assert code == 0 and "1 judged before" in output
    (root / "tools" / "advisories.toml").write_text(judged.format("2020-01-01"))
    assert audit(index, root)[0] == 1


def test_nobody_answering_is_not_taken_for_good_news(index: Index, root: Path) -> None:
    gone = Index(address="http://127.0.0.1:9")
    assert audit(gone, root)[0] == 3


def test_what_was_judged_in_this_repository_says_why_and_until_when() -> None:
    held = tomllib.loads((ROOT / "tools" / "advisories.toml").read_text(encoding="utf-8"))
    for judged in held.get("judged", []):
        assert judged["id"] and judged["why"] and isinstance(judged["until"], date)
