"""`repit bank list`, `show`, `check` and `erase`, as an operator types them, also after a wrong key."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from damaged_rows import FOREIGN_KEY, PLANTED, imported_under_a_wrong_key, picture, submit
from typer.testing import CliRunner, Result

from repit.foundation.errors import InputRefused, NotFound, SettingsRefused
from repit.foundation.models import AuditRow
from repit.foundation.process import starting
from repit.hotline.bank import carrying, erasing, feed, incoming, items, keys, unreadable
from repit.hotline.bank.models import Item, ItemHash, Letter, WidelyPublished
from repit.hotline.commands import bank
from repit.hotline.feeds import stopncii_server as stopncii
from repit.hotline.feeds import subscribers
from repit.hotline.feeds.keys import recognise

pytestmark = pytest.mark.django_db
Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def of_its_own(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "bank-keys"
    shutil.copytree(settings.REPIT_BANK_KEYS, copy)
    settings.REPIT_BANK_KEYS = copy
    monkeypatch.setattr(unreadable, "_noted", unreadable._Noted())
    # Django is set up by the tests' own settings.
    monkeypatch.setattr(starting, "set_up", lambda _role: None)
    monkeypatch.setenv("REPIT_LANGUAGE", "en")


@pytest.fixture
def run() -> Run:
    """A command as `repit bank …` runs it; what it refuses is raised."""

    def operate(*words: str, typed: str = "", fails: bool = False) -> Result:
        result = CliRunner().invoke(bank.app, words, input=typed)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert (result.exit_code != 0) == fails, result.output
        return result

    return operate


def value() -> bytes:
    return secrets.token_bytes(32)


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_every_item_is_listed_with_its_state_and_how_many_there_are(run: Run) -> None:
    kept, gone = submit(value()), submit(value())
    items.withdraw(gone, actor="person", reason="asked")
    shown = run("list").stdout
    assert f"{kept}  active  picture  intimate  repit  x1 (1)" in shown
    assert f"{gone}  withdrawn" in shown and "active 1  withdrawn 1" in shown
    assert [row["item"] for row in lines(run("list", "--state", "withdrawn", "--json"))] == [gone]
    assert lines(run("list", "--origin", "stopncii/org", "--json")) == []
    [row] = lines(run("list", "--limit", "1", "--json"))
    assert set(row) == {
        *("item", "state", "media", "kind", "origin", "confirmations", "own", "since", "until", "readable")
    }
    with pytest.raises(InputRefused):
        run("list", "--state", "asleep")


def test_more_than_a_page_of_items_is_listed_once_each(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("repit.hotline.bank.listing._TOGETHER", 3)
    names = {submit(value()) for _ in range(8)}
    listed = [row["item"] for row in lines(run("list", "--json"))]
    assert len(listed) == 8 and set(listed) == names
    assert len(lines(run("list", "--json", "--limit", "4"))) == 4


def test_what_does_not_open_is_found_listed_and_shown(run: Run) -> None:
    good, bad = submit(value()), submit(value(), value())
    PLANTED["a flipped bit"](bad)
    assert "Do not open: 0" in run("list").stdout
    found = run("check", fails=True).stdout
    assert "Living items: 2" in found and "Do not open: 1" in found
    assert [row["item"] for row in lines(run("list", "--unreadable", "--json"))] == [bad]
    assert "does not open" in run("list", "--unreadable").stdout
    shown = run("show", bad).stdout
    assert "Hashes: 2. Served: 0. Do not open: 2." in shown and "received → active" in shown
    none = {"moments": False}
    shown_hashes = [json.loads(run("show", name, "--json").stdout)["hashes"] for name in (bad, good)]
    assert shown_hashes[0] == {"kept": 2, "served": 0, "broken": 2} | none
    assert shown_hashes[1] == {"kept": 1, "served": 1, "broken": 0} | none


def test_a_withdrawn_and_an_erased_item_are_shown_with_what_can_be_said(run: Run) -> None:
    name = submit(value())
    items.withdraw(name, actor="person", reason="asked")
    assert "destroyed on" in run("show", name).stdout
    erasing.erase(list(Item.objects.all()), "told")
    assert "Its hashes are destroyed." in run("show", name).stdout
    with pytest.raises(NotFound) as refused:
        run("show", "nobody")
    assert "repit bank list" in refused.value.next_step.en


def test_an_erased_item_is_gone_for_good_and_everyone_is_told(run: Run) -> None:
    kept, gone, hidden = submit(value()), submit(value()), submit(value())
    PLANTED["truncated"](hidden)
    slots = list(Item.objects.filter(token__in=[gone, hidden]).values_list("slot", flat=True))
    stated = run("erase", gone, hidden, "--reason", "a mistake", "--yes").stdout
    assert "told to forget: 2" in stated and "Destroyed for good: 2" in stated
    assert items.states([kept, gone, hidden]) == {kept: "active", gone: "erased", hidden: "erased"}
    assert [change.item.state for change in feed.changes_after(3)] == ["withdrawn", "withdrawn"]
    assert ItemHash.objects.count() == 1
    for raw in keys.pool(keys.ITEMS).read(slots):
        assert not any(raw), "no backup opens it any more"
    audited = AuditRow.objects.filter(action="item.erase").values_list("subject", "reason")
    assert set(audited) == {(gone, "a mistake"), (hidden, "a mistake")}
    assert "told to forget: 0" in run("erase", gone, "--reason", "again", "--yes").stdout, "once is enough"


def test_who_is_told_by_hash_is_waited_for_unless_the_operator_will_not(run: Run) -> None:
    who = recognise(subscribers.add("platform"), "stopncii")
    name = submit(value())
    stopncii.fetch(who, 10, 100)
    stated = run("erase", name, "--reason", "asked", "--yes").stdout
    assert "have heard: 1" in stated and items.states([name]) == {name: "withdrawn"}
    day = Item.objects.get(token=name).forget_on
    run("erase", name, "--reason", "asked", "--yes")
    assert Item.objects.get(token=name).forget_on == day, "asked again, it is not kept for longer"
    assert "Destroyed for good: 1" in run("erase", name, "--now", "--reason", "asked", "--yes").stdout
    assert items.states([name]) == {name: "erased"}


@pytest.mark.parametrize("name", ["-tIolz9UM5hcDayymqX2Bw", "--reasonUM5hcDaymqX2Bw", "-h"])
def test_a_name_that_begins_with_a_dash_is_a_name(
    run: Run, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "token", lambda: name)
    submit(value())
    assert name in run("show", name).stdout
    run("suspend", name, "--reason", "asked")
    run("release", name, "--reason", "kept")
    run("ask", name, "--reason", "look again")
    run("withdraw", name, "--reason", "asked")
    run("erase", name, "--reason", "asked", "--yes")
    assert items.states([name]) == {name: "erased"}


def test_what_a_person_submitted_is_erased_only_by_who_types_the_number(run: Run) -> None:
    name = submit(value())
    for typed in ("", "y\n", "2\n"):
        asked = run("erase", name, "--reason", "r", typed=typed, fails=True)
        assert "lose their protection" in asked.output
        assert items.states([name]) == {name: "active"}
    run("erase", name, "--reason", "r", typed="1\n")
    assert items.states([name]) == {name: "erased"}


def test_nothing_is_erased_where_one_name_is_unknown_or_no_reason_fits(run: Run) -> None:
    name = submit(value())
    with pytest.raises(NotFound):
        run("erase", name, "nobody", "--reason", "r", "--yes")
    with pytest.raises(InputRefused):
        run("erase", name, "--reason", "", "--yes")
    with pytest.raises(InputRefused):
        run("erase", "--reason", "r", "--yes")
    assert items.states([name]) == {name: "active"}


def test_after_an_import_under_a_wrong_key_an_operator_cleans_up(run: Run) -> None:
    kept, bad = submit(value()), imported_under_a_wrong_key(120)
    run("check", fails=True)
    assert {row["item"] for row in lines(run("list", "--unreadable", "--json"))} == set(bad)
    run("erase", "--unreadable", "--reason", "wrong key", "--yes")
    assert set(items.states(bad).values()) == {"erased"} and items.states([kept]) == {kept: "active"}
    assert "Do not open: 0" in run("check").stdout
    assert "Nothing to erase" in run("erase", "--unreadable", "--reason", "again").stdout


def test_where_nothing_opens_nothing_is_erased_by_mistake(run: Run, settings: Any) -> None:
    names = {submit(value()) for _ in range(3)}
    own, settings.REPIT_OPERATOR_KEY = settings.REPIT_OPERATOR_KEY, FOREIGN_KEY
    with pytest.raises(SettingsRefused, match="operator’s key"):
        run("erase", "--unreadable", "--keys-lost", "--reason", "r", "--yes")
    settings.REPIT_OPERATOR_KEY = own
    for row in ItemHash.objects.all():
        ItemHash.objects.filter(pk=row.pk).update(sealed=bytes(row.sealed)[:-1] + b"\0\0")
    assert {row["item"] for row in lines(run("list", "--unreadable", "--json"))} == names
    assert "Do not open: 1" in run("show", next(iter(names))).stdout
    with pytest.raises(InputRefused) as refused:
        run("erase", "--unreadable", "--reason", "r", "--yes")
    assert "--keys-lost" in refused.value.next_step.en
    assert set(items.states(names).values()) == {"active"}
    run("erase", "--unreadable", "--keys-lost", "--reason", "lost for good", "--yes")
    assert set(items.states(names).values()) == {"erased"}


def test_a_bank_whose_files_of_keys_are_lost_for_good_goes_on_with_new_ones(run: Run, settings: Any) -> None:
    settings.REPIT_SPREAD_SECONDS = 1
    old = submit(value())
    carrying.protect([picture(value())], actor="person", publish=True)
    shutil.rmtree(settings.REPIT_BANK_KEYS)
    with pytest.raises(SettingsRefused):
        run("check")
    assert [row["item"] for row in lines(run("list", "--unreadable", "--json"))] == [old]
    stated = run("erase", "--unreadable", "--keys-lost", "--reason", "the disk is gone", "--yes").stdout
    assert "Letters of cases lost: 4" in stated and not Letter.objects.exists()
    assert items.states([old]) == {old: "erased"}
    fresh = submit(value())
    assert "Living items: 1" in run("check").stdout
    assert [published.item for published in feed.everything()] == [fresh]


def test_pictures_and_videos_come_onto_the_list_of_what_everyone_has_seen(run: Run, tmp_path: Path) -> None:
    videos = Path(__file__).resolve().parents[4] / "conformance" / "videos"
    damaged, content = tmp_path / "damaged.mp4", (videos / "h264.mp4").read_bytes()
    damaged.write_bytes(content[:6_000] + bytes(3_000) + content[9_000:])
    [added] = lines(run("widely-published", "add", str(videos / "h264.mp4"), "--json"))
    assert added["new_hashes"] == WidelyPublished.objects.count() > 0 and added["seen_in_part"] == []
    assert run("widely-published", "add", str(videos / "h264.mp4")).stdout == "New hashes: 0\n"
    printed = " ".join(run("widely-published", "add", str(damaged)).stdout.split())
    assert "Not seen to the end, and known only as far as they were: damaged.mp4" in printed
