"""The WordPress plug-in in a real WordPress, in front of a real gate.

Real: WordPress' own files with MariaDB and PHP, its media library, REST, XML-RPC and sideloading; the plug-in
as an administrator installs it; a gate and a hotline. Stand-ins: PHP's own web server in place of Apache or
nginx, and plug-ins of third parties, whose calls are made from a script.
"""

import base64
import hashlib
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from installation import GateWithChannels, eventually
from odd_server import odd
from repit.demo.pictures import original, uploads
from repit.demo.ports import free_port
from wordpress_site import HELD, NUMBER, PLUGIN, Browser, Site, fetched, protecting

DAMAGED = original(None)[: original(None).index(b"\xff\xda")]
"""A JPEG without anything to show."""


def channels(browser: Browser) -> dict[str, Callable[[bytes], tuple[bool, str]]]:
    site = browser.site
    return {
        "media library": browser.form,
        "REST, form": browser.rest_form,
        "REST, raw": browser.rest_raw,
        "XML-RPC": browser.xml_rpc,
        "sideload": lambda content: from_a_script(site, "media_handle_sideload($file)", content),
        "a plug-in's own action": lambda content: from_a_script(site, OWN_ACTION, content, form=True),
    }


OWN_ACTION = "wp_handle_upload($file, array('action' => 'own_upload', 'test_form' => false))"


def from_a_script(site: Site, call: str, content: bytes, *, form: bool = False) -> tuple[bool, str]:
    """As an importer or a plug-in does it, in PHP."""
    refusal = site.php(
        f"""
        $path = wp_tempnam('a.jpg');
        file_put_contents($path, base64_decode('{base64.b64encode(content).decode()}'));
        $file = array('name' => 'a.jpg', 'tmp_name' => $path, 'size' => filesize($path),
            'type' => 'image/jpeg', 'error' => 0);
        $result = {call};
        $error = is_array($result) ? $result['error'] ?? '' : '';
        answer(is_wp_error($result) ? $result->get_error_message() : $error);
        """,
        before="$_FILES = array('x' => array('name' => 'a.jpg'));" if form else "",
    )
    return refusal == "", refusal


def sent() -> dict[str, bytes]:
    return {upload.name.en: upload.data for upload in uploads(original(None), ours=True)}


def test_every_channel_refuses_a_banked_picture_and_its_altered_copies_and_passes_an_unrelated_one(
    guarded: Site, ada: Browser, gate_with_channels: GateWithChannels
) -> None:
    pictures = sent()
    with protecting(gate_with_channels):
        for channel, send in channels(ada).items():
            for name in ("The original file", "Mirrored", "With a border"):
                taken, message = send(pictures[name])
                assert not taken and NUMBER.search(message), (channel, name, message)
            taken, message = send(pictures["Unrelated: a coffee"])
            assert taken, (channel, message)
    for channel, send in channels(ada).items():
        assert send(original(None))[0], f"{channel}, after the withdrawal"
    assert guarded.php("answer(get_option('repit_gate_trouble'));") is False


def test_what_comes_in_unannounced_is_not_stored(guarded: Site, gate_with_channels: GateWithChannels) -> None:
    """Under an action of its own, and in no form: WordPress takes it for moved."""
    call = f"{OWN_ACTION}; $result = array('error' => file_exists($result['file']) ? 'stored' : 'not stored')"
    with protecting(gate_with_channels):
        assert from_a_script(guarded, call, original(None))[1] == "not stored"
    assert from_a_script(guarded, call, original(None))[1] == "stored"


def test_a_refusal_speaks_the_language_of_whoever_sends(
    guarded: Site, ada: Browser, bo: Browser, gate_with_channels: GateWithChannels
) -> None:
    with protecting(gate_with_channels):
        for send in ("form", "rest_form", "rest_raw", "xml_rpc"):
            for who, words in ((ada, "This file was not accepted."), (bo, "Ce fichier n’a pas été accepté.")):
                taken, message = getattr(who, send)(original(None))
                assert not taken and words in message and NUMBER.search(message), (send, message)


def test_a_file_too_large_to_be_sent_is_refused_when_it_is_the_very_file_that_was_reported(
    guarded: Site, ada: Browser, gate_with_channels: GateWithChannels
) -> None:
    """A film or a document: only its digests travel."""
    file = b"%PDF-1.4\n" + b"page" * 50_000
    item = {
        "media": "file",
        "kind": "intimate",
        "hashes": [{"algorithm": "md5", "role": "whole", "value": hashlib.md5(file).hexdigest()}],  # noqa: S324
    }
    guarded.set(url=gate_with_channels.base, seconds=25, bytes=65536)
    with protecting(gate_with_channels, file, item):
        taken, message = ada.form(file, "a.pdf")
        assert not taken and NUMBER.search(message), message
        assert ada.form(file + b"more", "a.pdf")[0]
    assert ada.form(b"%PDF-1.4 a letter", "b.pdf")[0] and guarded.php(HELD) == []


# --- a person has to decide --------------------------------------------------------------------------------


def decide(gate: GateWithChannels, **decisions: str) -> None:
    """Someone at the gate's review desk decides: allow, refuse, refer."""
    asked = [word for decision, outcome in decisions.items() for word in (decision, outcome)]
    command = [sys.executable, str(Path(__file__).with_name("review_decisions.py")), *asked]
    done = subprocess.run(command, env=gate.env, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_what_a_person_has_to_decide_is_shut_until_they_let_it_through_or_is_gone_or_stays_shut(
    guarded: Site, ada: Browser, bo: Browser, gate_with_channels: GateWithChannels
) -> None:
    entries: dict[str, Any] = {}
    for outcome, send in (("allow", ada.form), ("refuse", bo.rest_raw), ("refer", ada.xml_rpc)):
        assert send(DAMAGED)[0], outcome
        ((decision, entry),) = (
            (name, held) for name, held in guarded.php(HELD).items() if name not in entries
        )
        entries[decision] = (outcome, entry)
        assert (entry["state"], entry["status"]) == ("waiting", "private")
        assert fetched(ada, entry) is None
    guarded.php("do_action('repit_gate_reviews');")
    assert set(guarded.php(HELD)) == set(entries), "nobody has decided yet"
    decide(gate_with_channels, **{decision: outcome for decision, (outcome, _) in entries.items()})
    assert guarded.php("answer(wp_get_schedule('repit_gate_reviews'));") == "repit_gate_often"
    guarded.php("wp_schedule_single_event(time() - 1, 'repit_gate_reviews', array('now'));")
    assert ada.http.get("/wp-cron.php").status_code == 200
    assert eventually(lambda: len(guarded.php(HELD)) == 1, 20)
    for decision, (outcome, entry) in entries.items():
        status = guarded.php(f"answer(get_post({entry['attachment']})->post_status ?? 'gone');")
        seen = (status, fetched(ada, entry), guarded.php(f"answer(file_exists('{entry['path']}'));"))
        if outcome == "allow":
            assert seen == ("inherit", DAMAGED, True)
        elif outcome == "refuse":
            assert seen == ("gone", None, False)
            mail = guarded.mails.read_text()
            assert "To: bo@site.example" in mail and decision in mail
            assert "L’envoi n’est pas publié." in mail, mail
        else:
            assert seen == ("private", None, True)
            assert guarded.php(HELD)[decision]["state"] == "stopped"


def test_a_site_without_a_desk_accepts_or_refuses_what_a_person_would_decide(
    guarded: Site, ada: Browser, gate_with_channels: GateWithChannels
) -> None:
    guarded.set(url=gate_with_channels.base, seconds=25, review="refuse")
    taken, message = ada.form(DAMAGED)
    assert not taken and NUMBER.search(message) and "without a person having looked" in message
    guarded.set(url=gate_with_channels.base, seconds=25, review="accept")
    assert ada.form(DAMAGED)[0] and guarded.php(HELD) == []


# --- the gate cannot be asked ------------------------------------------------------------------------------


@pytest.mark.parametrize(("unreachable", "accepted"), [("open", True), ("closed", False)])
def test_without_a_gate_uploads_fare_as_the_administrator_decided_and_the_administrator_is_told(
    guarded: Site, ada: Browser, unreachable: str, accepted: bool
) -> None:
    guarded.set(url=f"http://127.0.0.1:{free_port()}", seconds=2, unreachable=unreachable)
    for channel, send in channels(ada).items():
        taken, message = send(original(None))
        assert taken is accepted, (channel, message)
        assert accepted or "cannot be checked" in message, message
    noted = guarded.php("answer(get_option('repit_gate_trouble'));")
    assert (noted["count"], noted["code"]) == (6, "no-answer")
    page = Browser(guarded, "admin").http.get("/wp-admin/index.php").text
    assert "The gate could not be asked about uploads: 6 since" in page
    assert ("They were accepted unchecked." in page) is accepted
    assert "could not be asked" not in ada.http.get("/wp-admin/index.php").text


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({}, "not-a-gate"),
        ({"status": 451, "body": b"[1]"}, "not-a-gate"),
        ({"status": 451, "body": b'{"verdict": "block", "decision": "../../x\'"}'}, ""),
        ({"status": 302, "body": b""}, "status-302"),
        ({"status": 401, "body": b"{}"}, "status-401"),
        ({"status": 500, "body": b"\xff" * 1000}, "status-500"),
        ({"status": 503, "body": b"{}"}, "status-503"),
        ({"status": 202, "body": b'{"verdict": "review", "decision": null}'}, "cannot-hold"),
        ({"pause": 4.0}, "no-answer"),
    ],
)
def test_odd_answers_end_in_a_decision_of_the_settings(
    guarded: Site, ada: Browser, how: dict[str, Any], code: str
) -> None:
    with odd(**how) as (url, kind):
        guarded.set(url=url, seconds=2, unreachable="closed")
        taken, message = ada.rest_raw(original(None))
    assert not taken
    noted = guarded.php("answer(get_option('repit_gate_trouble'));")
    assert (noted["code"] if noted else "") == code
    assert "../" not in message
    assert kind.seen == (2 if how.get("status") == 503 else 1)


def test_a_site_that_has_no_gate_yet_says_so(guarded: Site, ada: Browser) -> None:
    guarded.set()
    taken, message = ada.form(original(None))
    assert taken, message
    assert (
        "the address of the gate is missing" in Browser(guarded, "admin").http.get("/wp-admin/index.php").text
    )


# --- hostile input, and who may do what ---------------------------------------------------------------------


def test_hostile_uploads_neither_pass_as_something_else_nor_break_the_site(
    guarded: Site, ada: Browser, gate_with_channels: GateWithChannels
) -> None:
    names = ("a.jpg", "../../a.jpg", "a\x00.jpg", "a" * 300 + ".jpg", "a.php", "<b>.jpg", "é ü.jpg", "")
    for name in names:
        for content in (b"", b"\xff\xd8\xff" + b"\xff" * 70_000, b"<?php echo 1;", original(None)[:2000]):
            answer = ada.http.post(
                "/index.php?rest_route=/wp/v2/media",
                headers={"X-WP-Nonce": ada._rest},
                files={"file": (name, content, "image/jpeg")},
            )
            assert answer.status_code in (201, 400, 403, 500), answer.text
            assert "fatal" not in answer.text.lower()
    several = [
        ("file[]", ("a.jpg", original(None), "image/jpeg")),
        ("file[]", ("b.jpg", original(None), "image/jpeg")),
    ]
    answer = ada.http.post(
        "/index.php?rest_route=/wp/v2/media", headers={"X-WP-Nonce": ada._rest}, files=several
    )
    assert answer.status_code in (400, 500), answer.text
    assert guarded.complaints() == []
    taken, message = ada.form(original(None))
    assert taken, message


def test_only_an_administrator_changes_anything_and_only_from_their_own_page(
    guarded: Site, ada: Browser, gate_with_channels: GateWithChannels
) -> None:
    admin = Browser(guarded, "admin")
    page = admin.http.get("/wp-admin/options-general.php?page=repit-gate").text
    nonces = re.findall(r'name="_wpnonce" value="(\w+)"', page)
    assert len(nonces) == 2
    changes = {"option_page": "repit_gate", "action": "update", "repit_gate[url]": "https://gate.example"}
    for who, more in ((ada, {"_wpnonce": nonces[0]}), (admin, {"_wpnonce": "0" * 10}), (admin, {})):
        assert who.http.post("/wp-admin/options.php", data=changes | more).status_code == 403
        act = {"action": "repit_gate_act", "do": "seen", **more}
        assert who.http.post("/wp-admin/admin-post.php", data=act).status_code == 403
    assert guarded.php("answer(Repit\\Gate\\setting('url'));") == gate_with_channels.base
    good = changes | {
        "_wpnonce": nonces[0],
        "repit_gate[key]": "a-secret-key",
        "repit_gate[review]": "refuse",
    }
    good |= {"repit_gate[seconds]": "7.5", "repit_gate[unreachable]": "sometimes", "repit_gate[odd]": "x"}
    assert admin.http.post("/wp-admin/options.php", data=good).status_code == 302
    kept = guarded.php("answer(get_option('repit_gate'));")
    assert kept["url"] == "https://gate.example" and kept["review"] == "refuse" and kept["seconds"] == 7.5
    assert kept.get("unreachable", "open") == "open" and "odd" not in kept
    again = admin.http.get("/wp-admin/options-general.php?page=repit-gate&settings-updated=true").text
    assert "a-secret-key" not in again and "A key is set." in again
    assert ada.http.get("/wp-admin/options-general.php?page=repit-gate").status_code == 403


def test_the_settings_page_says_whether_the_gate_answers_in_both_languages(
    guarded: Site, gate_with_channels: GateWithChannels
) -> None:
    admin = Browser(guarded, "admin")
    for locale, good, bad in (
        ("", "The gate answers.", "The gate does not answer"),
        ("fr_CA", "Le filtre répond.", "Le filtre ne répond pas"),
    ):
        guarded.php(f"update_user_meta(1, 'locale', '{locale}');")
        for url, words in ((gate_with_channels.base, good), (f"http://127.0.0.1:{free_port()}", bad)):
            guarded.set(url=url, seconds=25)
            page = admin.http.get("/wp-admin/options-general.php?page=repit-gate").text
            nonce = re.findall(r'name="_wpnonce" value="(\w+)"', page)[1]
            act = {"action": "repit_gate_act", "do": "try", "_wpnonce": nonce}
            moved = admin.http.post("/wp-admin/admin-post.php", data=act)
            assert moved.status_code == 302, moved.text
            assert words in admin.http.get(moved.headers["location"]).text
    guarded.php("update_user_meta(1, 'locale', '');")


def test_constants_win_over_the_page_and_one_that_cannot_be_is_named(guarded: Site) -> None:
    output = guarded.php(
        "answer(array(Repit\\Gate\\setting('unreachable'), Repit\\Gate\\setting('review'),"
        " Repit\\Gate\\broken_constants()));",
        before="define('WP_REPIT_UNREACHABLE', 'closed'); define('WP_REPIT_REVIEW', 'perhaps');",
    )
    assert output == ["closed", "hold", ["WP_REPIT_REVIEW"]]


def test_the_plugin_leaves_no_settings_behind_and_keeps_what_is_undecided(guarded: Site) -> None:
    left = guarded.php(
        "update_option('repit_gate_held_aaaaaaaaaaaa', array('path' => '/x', 'mode' => 420,"
        " 'attachment' => 0, 'since' => 1, 'state' => 'waiting')); define('WP_UNINSTALL_PLUGIN', 1);"
        "require WP_PLUGIN_DIR . '/repit-gate/uninstall.php';"
        "answer(array(get_option('repit_gate'), get_option('repit_gate_trouble'),"
        " count(Repit\\Gate\\held())));"
    )
    assert left == [False, False, 1]


# --- the plug-in's own files ------------------------------------------------------------------------------


def test_every_file_of_the_plugin_is_valid_and_names_its_licence() -> None:
    for path in PLUGIN.rglob("*.php"):
        done = subprocess.run(["php", "-l", str(path)], capture_output=True, check=False)
        assert done.returncode == 0, done.stdout.decode()
        assert "SPDX-License-Identifier: Apache-2.0" in path.read_text()
