"""Every sentence that promises what is forgotten, destroyed or not kept: who does it, and which test shows
it.

`PROMISES`: for each promise the calls that keep it, each as a file of the service and words that stand in it,
down from where a process is started or a page is asked for; and the tests. `SAID`: which promise a sentence
makes; None where it makes none (advice, a heading, a warning to operators). A sentence that promises and
stands here not fails a test: find out who keeps it first.
"""

from __future__ import annotations

from typing import NamedTuple


class Kept(NamedTuple):
    calls: tuple[tuple[str, str], ...]
    tests: tuple[str, ...]


_STARTS = ("cli.py", '"expire_items", "carry_letters", "forget_items", "upkeep", "fold_log"')
_WITHDRAWS = (
    ("interfaces/case_pages/my_case.py", "take_back"),
    ("cases/protection.py", "carrying.let_go("),
    _STARTS,
    ("workers/carry_letters.py", "carrier.once("),
    ("bank/carrying.py", "items.take_back("),
)
_ERASES = (
    _STARTS,
    ("workers/forget_items.py", "erasure.begin()"),
    ("exchange/erasure.py", "erasing.erase("),
    ("bank/erasing.py", "keys.wipe("),
)
_CLOCK = (("cli.py", "repit.workers.case_clock"), ("workers/case_clock.py", "closing.act_due()"))
_DRILL = "processes/test_forgetting_drill.py::test_nothing_that_was_withdrawn_can_be_read_or_recognised"
_ERASED = "bank/test_what_is_withdrawn_is_destroyed.py::"

PROMISES: dict[str, Kept] = {
    "sites are told of a withdrawal": Kept(
        (*_WITHDRAWS, ("bank/standing.py", "feed.append(line, item)")),
        (
            "bank/test_letters.py::test_what_is_asked_for_arrives_within_the_time_and_the_case_follows_it",
            "cases/test_receipts_and_cases.py::test_taking_back_reaches_the_feed_and_may_be_repeated",
            "gate/test_gate_mirror.py::test_a_withdrawn_hash_leaves_no_trace_in_an_unsealed_file_or_its_log",
        ),
    ),
    "the code is destroyed here, its key first": Kept(
        _ERASES,
        (
            f"{_ERASED}test_what_was_withdrawn_opens_with_no_key_that_is_left",
            f"{_ERASED}test_cut_off_after_any_step_it_is_begun_again_and_nothing_opens",
            "processes/test_putting_a_bank_back.py::test_an_older_database_with_todays_keys_brings_nothing_back",
            _DRILL,
        ),
    ),
    "for who must be told by it, no more than that, until they know": Kept(
        (
            *_ERASES,
            ("workers/forget_items.py", "erasure.go_on()"),
            ("exchange/erasure.py", "erasing.reduce("),
        ),
        (
            f"{_ERASED}test_only_hashes_by_which_an_exchange_names_it_are_kept_and_only_until_it_was_told",
            f"{_ERASED}test_the_last_day_ends_all_waiting",
            _DRILL,
        ),
    ),
    "in the end nothing reads or recognises the code": Kept(
        (
            *_ERASES,
            ("interfaces/case_pages/views.py", "forgotten_days()"),
            ("workers/forget_items.py", "turning.carry_over()"),
            ("bank/turning.py", "_destroy_before(newest)"),
            ("workers/upkeep.py", "relaying.sweep(_of_the_bank())"),
        ),
        (
            f"{_ERASED}test_nor_does_any_digest_tell_that_it_was_here_once_the_week_is_over",
            f"{_ERASED}test_the_last_day_ends_all_waiting",
            "bank/test_what_remains_of_an_erased_item.py::test_nothing_else_of_it_is_left_in_any_row",
            _DRILL,
        ),
    ),
    "what is kept of cases and how long": Kept(
        (*_CLOCK, ("cases/closing.py", "_keep_only_the_protection(case, ")),
        (
            "cases/test_coming_back_and_ending.py"
            "::test_after_ninety_days_words_are_destroyed_and_protection_goes_on",
        ),
    ),
    "words destroyed at once": Kept(
        (
            ("interfaces/case_pages/my_case.py", "erase_now("),
            ("cases/closing.py", "vault.destroy(case.id, _WORDS)"),
        ),
        (
            "cases/test_coming_back_and_ending.py::test_erasing_at_once_withdraws_first",
            "pages/test_case_pages.py::test_what_is_done_on_the_pages_is_done_to_the_case",
        ),
    ),
    "everything erased at once, in backups too": Kept(
        (("interfaces/case_pages/my_case.py", "erase_now("), ("cases/closing.py", "vault.destroy(case.id)")),
        (
            "cases/test_coming_back_and_ending.py::test_erasing_at_once_withdraws_first",
            "cases/test_coming_back_and_ending.py::test_an_erased_case_stays_erased_when_a_backup_comes_back",
        ),
    ),
    "nothing left where nothing is protected": Kept(
        (*_CLOCK, ("cases/closing.py", "_erase(case, ")),
        (
            "cases/test_coming_back_and_ending.py::test_where_nothing_is_protected_any_more_nothing_is_left",
            "cases/test_coming_back_and_ending.py::test_a_kept_case_goes_too_once_the_person_has_taken",
        ),
    ),
    "nothing is kept before the last step": Kept(
        (("interfaces/case_pages/intake.py", "service.open_case("),),
        ("pages/test_case_pages.py::test_nothing_is_written_before_the_last_step",),
    ),
    "nothing is kept of minors": Kept(
        (("interfaces/case_pages/intake.py", "stop"),),
        (
            "pages/test_case_pages.py::test_someone_under_eighteen_is_sent_to_those_who_help_and_nothing_is_kept",
        ),
    ),
    "the cookie ends": Kept(
        (("interfaces/case_pages/visiting.py", "visits."), ("workers/case_clock.py", "visits.forget_old()")),
        (
            "cases/test_coming_back_and_ending.py::test_a_visit_lasts_half_an_hour_and_ends_when_told_to",
            "pages/test_case_pages.py::test_leaving_ends_the_visit_and_signing_out_needs_the_token",
        ),
    ),
    "no address of a visitor is written": Kept(
        (("interfaces/case_pages/limits.py", "rate_limits"),),
        (
            "pages/test_case_pages.py::test_behind_a_proxy_the_address_it_wrote_counts_and_none_is_kept",
            "foundation/test_rate_limits.py::test_nothing_of_an_origin_is_kept_and_an_hour_later_all_is_forgotten",
        ),
    ),
    "of one's own visits the day": Kept(
        (("cases/looks.py", "def record("),),
        ("cases/test_hands_on_a_case.py::test_every_look_is_in_a_chain_that_shows_when_it_was_touched",),
    ),
    "tries are counted under a salt that is forgotten": Kept(
        (("foundation/rate_limits.py", "salt"),),
        (
            "foundation/test_rate_limits.py::test_nothing_of_an_origin_is_kept_and_an_hour_later_all_is_forgotten",
        ),
    ),
    "uploads are held until decided": Kept(
        (("gate/review/deciding.py", "media.forget("), ("workers/desk_upkeep.py", "media.forget_old()")),
        (
            "review/test_fetching_an_upload.py::test_an_upload_is_fetched_by_its_reference_shown_and_kept_nowhere",
        ),
    ),
    "reports of matches become one number": Kept(
        (_STARTS, ("workers/expire_items.py", "forgetting.sweep()")),
        ("bank/test_match_reports_are_forgotten.py::test_many_reports_go_in_turns_and_each_counts_once",),
    ),
    "the way back waits": Kept(
        (("cases/way_back.py", "timedelta(hours="),),
        (
            "cases/test_coming_back_and_ending.py::test_slip_and_hotline_together_give_a_new_receipt_after_the_wait",
        ),
    ),
    "a database that is put back brings nothing back": Kept(
        (("cli.py", "room.restore("), ("workers/backup.py", "erasing.lost()")),
        (
            "processes/test_putting_a_bank_back.py::test_an_older_database_with_todays_keys_brings_nothing_back",
            "cases/test_coming_back_and_ending.py::test_an_erased_case_stays_erased_when_a_backup_comes_back",
        ),
    ),
}

_TOLD = "sites are told of a withdrawal"
_GONE = "the code is destroyed here, its key first"
_ROOMS = "what is kept of cases and how long"
_NONE_LEFT = "nothing left where nothing is protected"
_ALL = "everything erased at once, in backups too"
_BEFORE = "nothing is kept before the last step"
_MINORS = "nothing is kept of minors"
_COOKIE = "the cookie ends"
_SALT = "tries are counted under a salt that is forgotten"
_DAY = "of one's own visits the day"
_BACK = "a database that is put back brings nothing back"

ON_PAGES: dict[str, str | None] = {
    "Taken back. %(gone)s of %(told)s site that had the code confirmed that it forgot it.": _TOLD,
    "Taken back. %(gone)s of %(told)s sites that had the code confirmed that they forgot it.": _TOLD,
    "That is why we keep codes locked, give them only to those who filter uploads, and have them forgotten"
    " when"
    " you take them back.": _TOLD,
    "Répit does not take these cases and keeps nothing about them.": _MINORS,
    "It is gone when you leave, or after 30 minutes.": _COOKIE,
    "It is gone when you leave, or after 30 minutes without a sign.": _COOKIE,
    "Everything is erased": _ALL,
    "Your codes are taken back: sites that follow us are told to forget them.": _TOLD,
    "What you wrote is destroyed, in our backups too.": _ALL,
    "Do not pay, do not answer, do not delete": None,
    "You can erase a call from the list.": None,
    "It is short, and it is kept secret.": None,
    "If you withdraw, the sites are told, and the code goes out of use.": _TOLD,
    "Messages and addresses are destroyed.": "words destroyed at once",
    "Close or erase": None,
    "Messages and addresses are destroyed after a while.": _ROOMS,
    "Destroy messages and addresses now": "words destroyed at once",
    "Erase everything now": _ALL,
    "All codes are taken back and nothing is left of your case.": _ALL,
    "Yes, erase everything.": None,
    "Times are in UTC; of your own visits only the day is kept.": _DAY,
    "Sites that follow us are told within seconds and stop using the code.": _TOLD,
    "A site that is switched off is told when it comes back.": _TOLD,
    "Here the code is destroyed as soon as they know.": "for who must be told by it, no more than that,"
    " until they know",
    "Nothing of what you answered was kept.": _MINORS,
    "You can stop at any time; until the last step, nothing is kept.": _BEFORE,
    "This software does not write down the address of your connection.": "no address of a visitor is written",
    "The link “Leave this page quickly” does not erase that.": None,
    "To erase it: open the history of your browser and remove the entries of this site.": None,
    "When a case is closed, its messages, addresses and notes are destroyed after the time that the hotline"
    " has"
    " set, usually 90 days; you can have it done at once.": _ROOMS,
    "Their key is destroyed, so copies in backups cannot be read either.": _ROOMS,
    "The platforms that follow the hotline are told, stop using the code, and confirm it.": _TOLD,
    "A platform that is switched off is told when it comes back.": _TOLD,
    "Here the code is destroyed within a minute: its key first, so copies in backups cannot be read"
    " either.": _GONE,
    "Some platforms can only be told by the code itself what to forget.": None,
    "For them that much of it stays, locked, until they know.": (
        "for who must be told by it, no more than that, until they know"
    ),
    "After %(forgotten_days)s days at the latest nothing is left here by which the code could be read or"
    " recognised.": "in the end nothing reads or recognises the code",
    "We take no case about a person under 18 and keep nothing about it.": _MINORS,
}

IN_GUIDES: dict[str, dict[str, str | None]] = {
    "docs/en/cases.md": {
        "Every look is a row in the case's log: who, and for staff when to the minute; of the person and"
        " helpers"
        " only the day.": _DAY,
        "- `REPIT_CASE_RETENTION_DAYS` (90) after closing, messages and addresses are destroyed.": _ROOMS,
        "Otherwise nothing is left.": _NONE_LEFT,
        "## Destroying, in backups too": None,
        "Destroying overwrites that key and then deletes the rows.": _ALL,
        "Two copies from two days bring back what was destroyed in between.": None,
        "The wait is kept by the service.": "the way back waits",
        "What was withdrawn since is destroyed again at once ([forgetting.md](forgetting.md)).": _BACK,
        "## What is not kept": None,
        "Tries are counted in memory by a digest under a salt that is thrown away every hour: 20 codes in a"
        " quarter of an hour, 10 new cases in an hour, per connection.": _SALT,
    },
    "docs/fr/cases.md": {
        "Chaque regard est une ligne du journal du dossier : qui, et pour l'équipe quand, à la minute ;"
        " pour la"
        " personne et les aides, seulement le jour.": _DAY,
        "- `REPIT_CASE_RETENTION_DAYS` (90) jours après la fermeture, messages et adresses sont détruits.": (
            _ROOMS
        ),
        "Sinon, il ne reste rien.": _NONE_LEFT,
        "Quand la personne a retiré le dernier élément, le reste disparaît autant de jours plus tard.": (
            _NONE_LEFT
        ),
        "## Détruire, jusque dans les sauvegardes": None,
        "Détruire écrase cette clé, puis supprime les lignes.": _ALL,
        "Deux copies de deux jours font revenir ce qui a été détruit entre-temps.": None,
        "Ce qui a été retiré depuis est détruit de nouveau aussitôt ([forgetting.md](forgetting.md)).": _BACK,
        "## Ce qui n'est pas gardé": None,
        "Les essais sont comptés en mémoire par une empreinte sous un sel jeté toutes les heures : 20 codes"
        " par"
        " quart d'heure, 10 nouveaux dossiers par heure, par connexion.": _SALT,
    },
    "THREAT-MODEL.md": {
        "second factors and session keys of staff; the names of stored objects, which are sealed; uploads,"
        " which"
        " are kept for the desk only where the operator wants it (`REPIT_REVIEW_MEDIA=hold`), sealed and"
        " until"
        " they are decided; cases, receipts, persons: a gate never has them": "uploads are held until"
        " decided",
        "the hashes it was granted; where it watches object storage, its access key: whatever that key may"
        " read,"
        " tag, move or delete.": None,
        "What is *not* noticed: a record that is deleted whole, or put back whole with its version.": None,
        "Erasing destroys the case's own key, so it reaches every backup of the database; not a copy of"
        " that key"
        " which somebody kept, nor what a disk has set aside ([cases](docs/en/cases.md)).": _ALL,
        "So hashes are treated as personal data: sealed at rest, granted one by one, forgotten on"
        " withdrawal; and"
        " anchored hashes go without their places, to subscribers who were granted them.": _GONE,
        "It has a state (received, active, disputed, withdrawn) and an origin; hashes of quality below 50"
        " are never"
        " published; the operator may publish only after review (`REPIT_PUBLISH=after-review`); a disputed"
        " item is"
        " kept apart; a platform's policy decides what each may trigger, and by default doubtful matches go"
        " to a"
        " person.": None,
        "The counts come from the gates themselves, by item and never by upload; after 90 days only their"
        " sum is"
        " kept.": "reports of matches become one number",
        "One address may open 10 cases in an hour and one subscriber send 6,000 reports"
        " (`REPIT_SUBMISSIONS_PER_HOUR`, `REPIT_REPORTS_PER_HOUR`), counted in memory under a salt that is"
        " forgotten each hour; someone with many addresses is not stopped by that.": _SALT,
        "A stop and a referral before anything is kept.": _MINORS,
        "With two of three parts (slip, helper, the hotline's offline key) a new one comes after 72 hours;"
        " that"
        " wait is kept by the service, so two parts with the database and the operator's key need not"
        " wait.": ("the way back waits"),
    },
}
