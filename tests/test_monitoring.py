"""What an operator's monitoring reads of a real hotline and a real gate, and what is made of it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from installation import Gate, Hotline, eventually, random_hash

ROOT = Path(__file__).resolve().parents[1]
RULES = ROOT / "deploy" / "prometheus"
DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "repit.json").read_text(encoding="utf-8"))
KEY = "what-prometheus-sends"
_NAME = re.compile(r"\b(?:repit|process)_[a-z_]+\b")
_MOVES_BY_ITSELF = re.compile(
    r"repit_(http|loop|disk|clock|backup)_|process_|repit_hotline_subscriber_silent_seconds"
)


def promtool(*arguments: str, given: str = "") -> str:
    """What it says; it must be content."""
    unpacked = ROOT / "var" / "prometheus" / "usr" / "bin" / "promtool"
    program = str(unpacked) if unpacked.exists() else shutil.which("promtool")
    assert program, "run tools/test-parts"
    done = subprocess.run(
        [program, *arguments], input=given, cwd=RULES, capture_output=True, text=True, check=False
    )
    stated = done.stdout + done.stderr
    assert done.returncode == 0, stated
    return stated


def scraped(base: str, path: str = "/metrics", key: str = KEY) -> str:
    asked = urllib.request.Request(f"{base}{path}", headers={"Authorization": f"Bearer {key}"})  # noqa: S310 - ours
    with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 - ours
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        return answer.read().decode()


def names(text: str) -> set[str]:
    """Of a text of metrics: as queries name them."""
    found = set[str]()
    for name, kind in re.findall(r"^# TYPE ([a-z_]+) ([a-z]+)$", text, re.MULTILINE):
        found |= {f"{name}_{part}" for part in ("bucket", "sum", "count")} if kind == "histogram" else {name}
    return found


def values(text: str) -> dict[str, str]:
    return dict(line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Hotline, Gate]]:
    """A hotline with a subscriber and a backup, and the gate that follows it."""
    folder = tmp_path_factory.mktemp("watched")
    hotline = Hotline(folder / "hotline", REPIT_METRICS_KEY=KEY, REPIT_SUBMISSIONS_PER_HOUR="0")
    hotline.start()
    try:
        hotline.ready()
        made = json.dumps({"at": datetime.now(UTC).isoformat(), "rows": 1})
        (folder / "hotline" / "last-backup.json").write_text(made)
        gate = Gate(folder / "gate", hotline, hotline.subscribe("forum"))
        gate.env["REPIT_METRICS_KEY"] = KEY
        gate.start()
        try:
            gate.ready()
            yield hotline, gate
        finally:
            gate.kill()
    finally:
        hotline.kill()


@pytest.fixture(scope="module")
def metrics(watched: tuple[Hotline, Gate]) -> tuple[str, str]:
    hotline, gate = watched
    return scraped(hotline.base), scraped(gate.base)


def expressions() -> list[str]:
    """Every query of the dashboard, its variables filled in."""
    found = [target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", ())]
    return [
        query.replace("$__rate_interval", "5m").replace("$job", ".+").replace("$instance", ".+")
        for query in found
    ]


def rules() -> list[dict[str, Any]]:
    import yaml  # noqa: PLC0415

    groups = yaml.safe_load((RULES / "repit.rules.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def test_prometheus_finds_nothing_to_mend_in_either_wings_metrics(metrics: tuple[str, str]) -> None:
    for text in metrics:
        assert promtool("check", "metrics", given=text) == ""
        missing = {name: value for name, value in values(text).items() if "figures_missing" in name}
        assert missing and set(missing.values()) == {"0.0"}


def test_the_two_wings_say_what_they_are_and_how_they_stand(metrics: tuple[str, str]) -> None:
    of_hotline, of_gate = metrics
    assert 'repit_build_info{role="hotline",version=' in of_hotline and "repit_ready 1.0" in of_hotline
    assert 'repit_build_info{role="gate",version=' in of_gate
    assert 'repit_hotline_subscriber_behind_changes{subscriber="forum"} 0.0' in of_hotline
    assert 'repit_loop_alive{loop="repit-letters"} 1.0' in of_hotline
    assert 'repit_loop_alive{loop="feed-follower"} 1.0' in of_gate
    [ahead] = re.findall(r'repit_clock_ahead_seconds{clock="hotline"} (.+)', of_gate)
    assert abs(float(ahead)) < 60


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer another"}])
def test_whoever_is_not_the_operator_reads_none_of_it(
    headers: dict[str, str], watched: tuple[Hotline, Gate]
) -> None:
    hotline, _ = watched
    asked = urllib.request.Request(f"{hotline.base}/metrics", headers=headers)  # noqa: S310 - ours
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(asked, timeout=30)  # noqa: S310 - ours
    with refused.value as answer:
        assert answer.code == 401 and answer.headers["WWW-Authenticate"]
    asked = urllib.request.Request(f"{hotline.base}/ready", headers=headers)  # noqa: S310 - ours
    with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 - ours
        assert json.loads(answer.read()) == {"ready": True, "role": "hotline"}


def test_no_figure_moves_when_a_case_is_opened(watched: tuple[Hotline, Gate]) -> None:
    hotline, gate = watched

    def still(text: str) -> dict[str, str]:
        return {name: value for name, value in values(text).items() if not _MOVES_BY_ITSELF.match(name)}

    before = scraped(hotline.base)
    value = random_hash()
    hotline.open_case(value)
    assert eventually(lambda: gate.refuses(value)), "the feed has it, and a gate took it in"
    after = scraped(hotline.base)
    assert still(after) == still(before)
    for text in (before, after):
        assert "/api/" not in text and "POST" not in text


def test_every_alert_and_every_panel_asks_for_what_there_is(metrics: tuple[str, str]) -> None:
    there = names("\n".join(metrics))
    for query in [*expressions(), *(rule["expr"] for rule in rules())]:
        wanted = set(_NAME.findall(query))
        assert wanted <= there, query
    assert {"repit_ready", "repit_finding"} <= {
        name for query in expressions() for name in _NAME.findall(query)
    }


def test_the_alerts_are_rules_and_do_what_they_say() -> None:
    assert "SUCCESS" in promtool("check", "rules", "repit.rules.yml")
    assert "SUCCESS" in promtool("test", "rules", "repit.rules.test.yml")
    assert "SUCCESS" in promtool("check", "config", "--syntax-only", "scrape.yml")


def test_each_alert_says_what_it_is_and_what_to_do_in_both_languages_and_is_tried() -> None:
    tried = (RULES / "repit.rules.test.yml").read_text(encoding="utf-8")
    for rule in rules():
        texts = rule["annotations"]
        assert set(texts) == {"summary", "next_step", "summary_fr", "next_step_fr"}
        assert texts["next_step"] != texts["next_step_fr"] and all(map(str.strip, texts.values()))
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert f'alertname="{rule["alert"]}"' in tried


def test_each_query_of_the_dashboard_is_one_that_prometheus_can_read(tmp_path: Path) -> None:
    lines = ["groups:", "  - name: panels", "    rules:"]
    for number, query in enumerate(expressions()):
        lines += [f"      - record: panel:{number}", f"        expr: {json.dumps(query)}"]
    (tmp_path / "panels.yml").write_text("\n".join(lines), encoding="utf-8")
    assert f"{len(expressions())} rules found" in promtool("check", "rules", str(tmp_path / "panels.yml"))


def test_the_dashboard_has_no_panel_without_a_place_a_title_and_a_source_that_one_chooses() -> None:
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        assert panel["title"] and 0 < panel["gridPos"]["w"] <= 24
        assert panel["type"] == "row" or panel["datasource"]["uid"] == "${datasource}"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_guides_explain_each_code_that_an_operator_may_meet(language: str) -> None:
    pages = {
        page: (ROOT / "docs" / language / f"{page}.md").read_text() for page in ("operators", "platforms")
    }
    source = ROOT / "service" / "src" / "repit"
    for folder, page in (("hotline", "operators"), ("foundation", "operators"), ("platform", "platforms")):
        for file in (source / folder).rglob("*.py"):
            for code in re.findall(r'Finding\(\s*"([a-z-]+)"', file.read_text(encoding="utf-8")):
                assert f"`{code}`" in pages[page], (code, page)
    for code in ("database-unavailable", "bank-keys", "case-keys"):
        assert f"`{code}`" in pages["operators"]
