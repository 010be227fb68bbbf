"""Schemathesis, as its users run it, against processes as their operators start them.

What exists there (a decision, a receipt, an item) is put into the document as an example or as the only words
that there are, as its reader would; everything else of the document stays as it was served.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TIMEOUT = 600.0
"""Seconds, for `pytest.mark.timeout`: how fast the machine is is not what is asked."""
EXAMPLES = 12
"""Random requests for each operation, beside those that walk its limits one by one."""
CHECKS = {
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "positive_data_acceptance",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
}
"""Those that must have run; how long an answer took is not among them."""


@dataclass
class Described:
    """A document, as it is served at an address."""

    base_url: str
    document: dict[str, Any]

    def only(self, method: str, path: str, name: str, *words: str) -> None:
        """Of a parameter there are these values and no others."""
        self._parameter(method, path, name)["schema"]["enum"] = list(words)

    def for_example(self, method: str, path: str, name: str, value: object) -> None:
        """A value of a parameter that is known there."""
        self._parameter(method, path, name)["example"] = value

    def body_for_example(
        self, method: str, path: str, value: object, media: str = "application/json"
    ) -> None:
        """A body that is known there."""
        self.document["paths"][path][method]["requestBody"]["content"][media]["example"] = value

    def _parameter(self, method: str, path: str, name: str) -> dict[str, Any]:
        listed = self.document["paths"][path][method]["parameters"]
        return next(each for each in listed if each["name"] == name)

    def successes(self) -> dict[str, set[int]]:
        """By operation, the statuses of what is answered where nothing went wrong."""
        return {
            f"{method.upper()} {path}": {
                int(status) for status, answer in operation["responses"].items() if not _is_problem(answer)
            }
            for path, operations in self.document["paths"].items()
            for method, operation in operations.items()
        }


def _is_problem(answer: Mapping[str, Any]) -> bool:
    return "application/problem+json" in answer["content"]


def run(
    described: Described,
    folder: Path,
    keys: Mapping[str, Mapping[str, str]],
    *,
    beyond: Mapping[str, int] | None = None,
) -> dict[str, Counter[int]]:
    """Every check on every operation, the same requests each time; how often each was answered with what.

    `beyond`: operations (by id) whose valid requests may be answered with this too, for what no schema says.
    """
    (folder / "document.json").write_text(json.dumps(described.document))
    (folder / "schemathesis.toml").write_text(_settings(described.base_url, keys, beyond or {}))
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run"]
    command += ["document.json", "--continue-on-failure", "--no-color"]
    command += ["--report", "ndjson", "--report-ndjson-path", "report.ndjson"]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return _statuses(folder / "report.ndjson")


def _settings(base_url: str, keys: Mapping[str, Mapping[str, str]], beyond: Mapping[str, int]) -> str:
    """As schemathesis.toml; JSON writes texts, numbers and lists as TOML does."""
    lines = [
        f"base-url = {json.dumps(base_url)}",
        f"request-timeout = {TIMEOUT}",
        'hooks = "schemathesis_hooks"',
        "[generation]",
        "deterministic = true",
        'database = "none"',
        f"max-examples = {EXAMPLES}",
        "[phases.stateful]",
        "enabled = false",
        "[auth.openapi]",
    ]
    for scheme, shown in keys.items():
        shown_as = ", ".join(f"{name} = {json.dumps(value)}" for name, value in shown.items())
        lines.append(f"{scheme} = {{ {shown_as} }}")
    for operation, status in beyond.items():
        lines += ["[[operations]]", f"include-operation-id = {json.dumps(operation)}"]
        usual = '"2xx", 401, 403, 404, 409, 429'
        lines.append(f"checks.positive_data_acceptance.expected-statuses = [{usual}, {status}]")
    return "\n".join(lines)


def _statuses(report: Path) -> dict[str, Counter[int]]:
    met: defaultdict[str, Counter[int]] = defaultdict(Counter)
    checked: set[str] = set()
    for line in report.read_text().splitlines():
        recorder = json.loads(line).get("ScenarioFinished", {}).get("recorder", {})
        for interaction in recorder.get("interactions", {}).values():
            if interaction["response"] is not None:
                met[recorder["label"]][interaction["response"]["status_code"]] += 1
        checked |= {check["name"] for checks in recorder.get("checks", {}).values() for check in checks}
    assert checked >= CHECKS
    return met
