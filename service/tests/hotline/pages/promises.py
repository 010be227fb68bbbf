"""Every sentence that promises what is forgotten, destroyed or not kept: who does it, and which test shows
it.

`PROMISES`: for each promise the calls that keep it, each as a file of the service and words that stand in it,
down from where a process is started or a page is asked for; and the tests. `ON_PAGES` and `IN_GUIDES`: which
promise a sentence makes; None where it makes none (advice, a heading, a warning to operators). A sentence
that promises and stands here not fails a test: find out who keeps it first.
"""

from __future__ import annotations

from typing import NamedTuple


class Kept(NamedTuple):
    calls: tuple[tuple[str, str], ...]
    tests: tuple[str, ...]


_STARTS = ("hotline/process.py", "        carry_letters,\n        erase_items,\n")
_WITHDRAWS = (
    ("hotline/web/case_pages/stopping.py", "service.take_back"),
    ("hotline/cases/stopping.py", "carrying.let_go("),
    _STARTS,
    ("hotline/loops/carry_letters.py", "carrier.once("),
    ("hotline/bank/carrying.py", "items.take_back("),
)
_ERASES = (
    _STARTS,
    ("hotline/loops/erase_items.py", "erasure.begin()"),
    ("hotline/feeds/erasure.py", "erasing.erase("),
    ("hotline/bank/erasing.py", "keys.wipe("),
)
_CLOCK = (
    ("hotline/process.py", "        case_calendar,\n    )\n    for room in rooms:\n        room.start()\n"),
    ("hotline/loops/case_calendar.py", "closing.act_due()"),
)
_DRILL = "hotline/processes/test_erasure_drill.py::test_nothing_that_was_withdrawn_can_be_read_or_recognised"
_ERASED = "hotline/bank/test_erasing.py::"

_FIGURES = "of a month that is over nothing is written down but rounded counts"

PROMISES: dict[str, Kept] = {
    _FIGURES: Kept(
        (
            ("hotline/process.py", "count_months.start()"),
            ("hotline/loops/count_months.py", "counting.due()"),
            ("hotline/reports/counting.py", '"fresh": shown('),
        ),
        (
            "hotline/reports/test_months.py::test_a_month_is_counted_once_when_it_is_over_and_rounded_before_i"
            "t",
            "hotline/reports/test_months.py::test_what_is_below_ten_is_not_told_from_nothing",
            "hotline/reports/test_months.py::test_the_database_itself_takes_no_count_that_is_not_rounded",
        ),
    ),
    "leaving quickly empties the browser of our files": Kept(
        (
            (
                "hotline/web/case_pages/codes.py",
                """answer.headers["Clear-Site-Data"] = '"cache", "cookies",""",
            ),
        ),
        (
            "hotline/pages/test_what_browsers_keep.py::test_the_heavy_files_come_once_and_leaving_quickly_em"
            "pties_the_browser_of_them",
        ),
    ),
    "sites are told of a withdrawal": Kept(
        (
            *_WITHDRAWS,
            ("hotline/bank/lifecycle.py", "journal.step(item"),
            ("hotline/bank/journal.py", "feed.write("),
        ),
        (
            "hotline/bank/test_letters.py::test_what_is_asked_for_arrives_within_the_time_and_the_case_follo"
            "ws_i"
            "t",
            "hotline/cases/test_receipts_and_cases.py::test_taking_back_reaches_the_feed_and_may_be_repeated",
            "platform/gate/test_gate_index_store.py::test_a_withdrawn_hash_leaves_no_trace_in_an_unsealed_fi"
            "le_or_its_lo"
            "g",
        ),
    ),
    "a protection that stops in an hour can be undone until then": Kept(
        (
            ("hotline/web/case_pages/stopping.py", "service.stop_in_an_hour"),
            ("hotline/cases/stopping.py", "carrying.let_go_in_an_hour("),
            ("hotline/web/case_pages/stopping.py", "service.keep_after_all("),
            ("hotline/cases/stopping.py", "revoking.keep_after_all("),
            ("hotline/bank/revoking.py", "keys.pool(keys.LETTERS).wipe("),
        ),
        (
            "hotline/cases/test_stopping.py::test_for_an_hour_nothing_changes_and_then_it_stops",
            "hotline/cases/test_stopping.py::test_undone_it_goes_on_as_if_nothing_had_been_asked",
            "hotline/bank/test_revoking.py::test_the_hour_is_an_hour_whatever_is_done_to_the_clock",
            "hotline/bank/test_revoking.py::test_neither_rows_nor_keys_tell_how_much_was_asked_for_or_that_i"
            "t_was_kept",
            "hotline/pages/test_stopping_pages.py::test_it_is_asked_for_undone_and_done_by_plain_forms",
        ),
    ),
    "the code is destroyed here, its key first": Kept(
        _ERASES,
        (
            f"{_ERASED}test_what_was_withdrawn_opens_with_no_key_that_is_left",
            f"{_ERASED}test_cut_off_after_any_step_it_is_begun_again_and_nothing_opens",
            "hotline/processes/test_restoring_a_bank.py::test_an_older_database_with_todays_keys_brings_noth"
            "ing_bac"
            "k",
            _DRILL,
        ),
    ),
    "for who must be told by it, no more than that, until they know": Kept(
        (
            *_ERASES,
            ("hotline/loops/erase_items.py", "erasure.go_on()"),
            ("hotline/feeds/erasure.py", "erasing.reduce("),
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
            ("hotline/web/case_pages/views.py", "forgotten_days()"),
            ("hotline/loops/erase_items.py", "turning.carry_over()"),
            ("hotline/bank/turning.py", "_destroy_before(newest)"),
            ("hotline/loops/upkeep.py", "relaying.sweep(_of_the_bank())"),
        ),
        (
            f"{_ERASED}test_nor_does_any_digest_tell_that_it_was_here_once_the_week_is_over",
            f"{_ERASED}test_the_last_day_ends_all_waiting",
            "hotline/bank/test_rows_of_an_erased_item.py::test_nothing_else_of_it_is_left_in_any_row",
            _DRILL,
        ),
    ),
    "what is kept of cases and how long": Kept(
        (*_CLOCK, ("hotline/cases/closing.py", "_keep_only_the_protection(case, ")),
        (
            "hotline/cases/test_recovery_and_erasure.py"
            "::test_after_ninety_days_words_are_destroyed_and_protection_goes_on",
        ),
    ),
    "words destroyed at once": Kept(
        (
            ("hotline/web/case_pages/ending.py", "erase_now("),
            ("hotline/cases/closing.py", "vault.destroy(case, _WORDS)"),
        ),
        (
            "hotline/cases/test_recovery_and_erasure.py::test_erasing_at_once_withdraws_first",
            "hotline/pages/test_case_pages.py::test_what_is_done_on_the_pages_is_done_to_the_case",
        ),
    ),
    "everything erased at once, in backups too": Kept(
        (
            ("hotline/web/case_pages/ending.py", "erase_now("),
            ("hotline/cases/closing.py", "vault.destroy(case)"),
        ),
        (
            "hotline/cases/test_recovery_and_erasure.py::test_erasing_at_once_withdraws_first",
            "hotline/cases/test_recovery_and_erasure.py::test_an_erased_case_stays_erased_when_a_backup_come"
            "s_bac"
            "k",
        ),
    ),
    "nothing left where nothing is protected": Kept(
        (*_CLOCK, ("hotline/cases/closing.py", "_erase(case, ")),
        (
            "hotline/cases/test_recovery_and_erasure.py::test_where_nothing_is_protected_any_more_nothing_is"
            "_lef"
            "t",
            "hotline/cases/test_recovery_and_erasure.py::test_a_kept_case_goes_too_once_the_person_has_taken",
        ),
    ),
    "a case waits, locked, until someone can read it": Kept(
        (
            ("hotline/process.py", "desk.make_ready()"),
            ("hotline/cases/desk.py", "_take_over(desk, made)"),
            ("hotline/cases/desk.py", "waiting_desk.forget(desk)"),
        ),
        (
            "hotline/cases/test_desk_that_waits.py::test_a_case_opened_before_the_desk_exists_is_there_for_w"
            "hoeve"
            "r",
            "hotline/cases/test_desk_that_waits.py::test_the_database_and_the_operators_key_alone_open_nothin"
            "g",
        ),
    ),
    "nothing is kept before the last step": Kept(
        (("hotline/web/case_pages/intake.py", "service.open_case("),),
        ("hotline/pages/test_case_pages.py::test_nothing_is_written_before_the_last_step",),
    ),
    "nothing is kept of minors": Kept(
        (("hotline/web/case_pages/intake.py", '"minor": "under-18"'),),
        (
            "hotline/pages/test_case_pages.py::test_someone_under_eighteen_is_sent_to_those_who_help_and_not"
            "hing_is_kep"
            "t",
        ),
    ),
    "the cookie ends": Kept(
        (
            ("hotline/web/case_pages/guards.py", "sessions."),
            ("hotline/loops/case_calendar.py", "sessions.delete_expired()"),
        ),
        (
            "hotline/cases/test_recovery_and_erasure.py::test_a_session_lasts_half_an_hour_and_ends_when_ask"
            "ed_t"
            "o",
            "hotline/pages/test_case_pages.py::test_leaving_ends_the_session_and_signing_out_needs_the_token",
        ),
    ),
    "no address of a visitor is written": Kept(
        (("hotline/web/case_pages/limits.py", "origins=True"),),
        (
            "hotline/pages/test_case_pages.py::test_behind_a_proxy_the_address_it_wrote_counts_and_none_is_k"
            "ep"
            "t",
            "foundation/test_limits.py::test_nothing_of_an_origin_is_kept_and_an_hour_later_all_is_forgotten",
        ),
    ),
    "kept for one browser, for an hour": Kept(
        (
            ("hotline/process.py", "expire_kept.start()"),
            ("foundation/process/expire_kept.py", "store.delete_expired()"),
            ("hotline/web/case_pages/receipts.py", "store.keep("),
            ("hotline/web/case_pages/receipts.py", "store.wipe("),
            ("hotline/web/case_pages/lost.py", "store.keep("),
        ),
        (
            "foundation/test_kept.py::test_it_ends_within_the_hour_however_often_it_is_opened",
            "foundation/test_kept.py::test_the_operator_s_key_alone_opens_the_outer_seal_and",
            "hotline/pages/test_going_back_is_safe.py::test_a_receipt_is_shown_no_more_once_it_was_tried_or_"
            "the_pag"
            "e",
            "hotline/pages/test_going_back_is_safe.py::test_what_is_kept_opens_for_nobody_but_the_browser",
            "hotline/pages/test_confirmation.py::test_the_count_is_readable_for_nobody_but_the_browser",
            "hotline/pages/test_case_drafts.py::test_they_are_readable_nowhere_and_gone_within_the_hour",
        ),
    ),
    "answers stay where no case could be opened": Kept(
        (("hotline/web/case_pages/intake.py", "service.open_case("),),
        ("hotline/pages/test_tries_and_limits.py::test_the_eleventh_case_of_one_address_keeps_its_answers",),
    ),
    "cases without keys go": Kept(
        (
            ("hotline/commands/safekeeping.py", "give_up_lost("),
            ("hotline/cases/key_file.py", "case.delete()"),
        ),
        (
            "hotline/cases/test_receipts_and_cases.py::test_where_the_keys_are_lost_for_good_the_hotline_goe"
            "s_o"
            "n",
        ),
    ),
    "of one's own visits the day": Kept(
        (("hotline/cases/access_log.py", "def record("),),
        (
            "hotline/cases/test_case_grants.py::test_every_access_is_in_a_chain_that_shows_when_it_was_touche"
            "d",
        ),
    ),
    "no account is named to a person or a helper": Kept(
        (
            ("hotline/web/case_pages/my_case.py", "service.access_log(session.file)"),
            ("hotline/cases/service.py", "turn.log()"),
            ("hotline/cases/casefile.py", "access_log.without_accounts(found)"),
            ("hotline/cases/access_log.py", "named.get(entry.who"),
            ("hotline/cases/thread.py", "named.get(message.who"),
        ),
        (
            "hotline/desk/test_access_matrix.py::test_nothing_that_a_person_or_a_helper_sees_names_an_accoun"
            "t",
            "hotline/cases/test_aliases_and_stays.py"
            "::test_a_change_reaches_what_was_written_before_and_whoever_is_gone_has_none",
        ),
    ),
    "tries are counted under a salt that is forgotten": Kept(
        (
            ("hotline/web/case_pages/limits.py", "origins=True"),
            ("foundation/limits/counting.py", "hour.salt()"),
            ("foundation/limits/retention.py", "hour.delete_expired()"),
            ("foundation/process/expire_kept.py", "retention.sweep()"),
            ("platform/loops/review_upkeep.py", "limits.sweep()"),
        ),
        (
            "foundation/test_limits.py::test_nothing_of_an_origin_is_kept_and_an_hour_later_all_is_forgotten",
            "foundation/staff/test_processes_count_together.py"
            "::test_the_salt_of_an_hour_stands_in_no_log_and_once_the_hour_is_over_nowhere",
        ),
    ),
    "uploads are held until decided": Kept(
        (
            ("platform/review/deciding.py", "media.forget("),
            ("platform/loops/review_upkeep.py", "media.forget_old()"),
        ),
        (
            "platform/review/test_fetching_an_upload.py::test_an_upload_is_fetched_by_its_reference_shown_an"
            "d_kept_nowher"
            "e",
        ),
    ),
    "reports of matches become one number": Kept(
        (_STARTS, ("hotline/loops/expire_items.py", "retention.sweep()")),
        ("hotline/bank/test_match_report_retention.py::test_many_reports_go_in_turns_and_each_counts_once",),
    ),
    "those who look after the service are told of a code that does not open": Kept(
        (
            ("hotline/process.py", "        look_through,\n"),
            ("hotline/loops/look_through.py", "unreadable.flush()"),
            ("hotline/bank/health.py", '"unreadable-items",'),
            ("hotline/loops/news.py", 'of_health.source("hotline")'),
        ),
        (
            "hotline/feeds/test_unreadable_items.py::test_it_is_counted_at_once_told_of_once_and_not_by_its_"
            "hash",
        ),
    ),
    "a ticket for another device opens nothing alone, and ends": Kept(
        (
            ("hotline/web/case_pages/other_device.py", "handover.spend("),
            ("hotline/web/case_pages/handover.py", "_limit.count("),
            ("hotline/web/case_pages/handover.py", "if not store.wipe("),
            ("hotline/web/case_pages/codes.py", "handover.withdraw("),
        ),
        (
            "hotline/pages/test_another_device.py::test_five_wrong_tries_end_it",
            "hotline/pages/test_another_device.py::test_it_ends_after_an_hour_when_asked_for_anew_when_practised_and_when"
            "_left_quickly",
            "hotline/pages/test_another_device.py::test_what_is_kept_for_it_opens_with_nothing_but_the_ticket",
            "hotline/pages/test_another_device.py::test_however_often_it_is_handed_on_a_code_is_shown_no_longer"
            "_than_at_first",
        ),
    ),
    "a backup holds no keys": Kept(
        (("hotline/cases/safekeeping.py", "left_out="), ("foundation/backups/tables.py", "parts.left_out()")),
        ("hotline/processes/test_stolen_database.py::test_a_backup_tells_nothing_even_to_whoever_opens_it",),
    ),
    "recovery waits": Kept(
        (("hotline/cases/recovery.py", "timedelta(hours="),),
        (
            "hotline/cases/test_recovery_and_erasure.py::test_slip_and_hotline_together_give_a_new_receipt_a"
            "fter_the_wai"
            "t",
        ),
    ),
    "a database that is put back brings nothing back": Kept(
        (
            ("safekeeping.py", "restoring.restore("),
            ("foundation/backups/restoring.py", "parts.catch_up()"),
            ("hotline/bank/safekeeping.py", "erasing.lost()"),
        ),
        (
            "hotline/processes/test_restoring_a_bank.py::test_an_older_database_with_todays_keys_brings_noth"
            "ing_bac"
            "k",
            "hotline/cases/test_recovery_and_erasure.py::test_an_erased_case_stays_erased_when_a_backup_come"
            "s_bac"
            "k",
        ),
    ),
}

_ANNOUNCED = "sites are told of a withdrawal"
_UNDONE = "a protection that stops in an hour can be undone until then"
_GONE = "the code is destroyed here, its key first"
_ROOMS = "what is kept of cases and how long"
_NONE_LEFT = "nothing left where nothing is protected"
_ALL = "everything erased at once, in backups too"
_BEFORE = "nothing is kept before the last step"
_MINORS = "nothing is kept of minors"
_COOKIE = "the cookie ends"
_SALT = "tries are counted under a salt that is forgotten"
_HOUR = "kept for one browser, for an hour"
_DAY = "of one's own visits the day"
_NO_COPY = "leaving quickly empties the browser of our files"
_TICKET = "a ticket for another device opens nothing alone, and ends"
_BACK = "a database that is put back brings nothing back"

ON_PAGES: dict[str, str | None] = {
    "They are kept locked until someone can.": "a case waits, locked, until someone can read it",
    "Protection stopped. %(gone)s of %(told)s site that had the fingerprint confirmed that it"
    " forgot it.": _ANNOUNCED,
    "Protection stopped. %(gone)s of %(told)s sites that had the fingerprint confirmed that they"
    " forgot it.": (_ANNOUNCED),
    "For an hour nothing changes.": _UNDONE,
    "Then sites that follow us are told within seconds.": _ANNOUNCED,
    "The fingerprint is destroyed, here and at the sites.": _GONE,
    "All your protection stops at once: sites that follow us are told within seconds, and copies"
    " are no longer"
    " refused.": _ANNOUNCED,
    "What was written and where it was seen is destroyed at once, in our backups too.": (
        "words destroyed at once"
    ),
    "If you choose to destroy something, the next page asks you once more.": None,
    "That is why we keep fingerprints locked, give them only to those who filter uploads, and have them"
    " forgotten when you stop the protection.": _ANNOUNCED,
    "Whoever has a photo of the QR code alone gets nowhere: after five wrong tries it is gone.": (_TICKET),
    "Then delete the file and the text.": None,
    "Répit does not take these cases and keeps nothing about them.": _MINORS,
    "It is gone when you leave, or after 30 minutes.": _COOKIE,
    "It is gone when you leave, or after 30 minutes without a sign.": _COOKIE,
    "It is gone after an hour, or as soon as you have tried the receipt, or leave quickly.": _HOUR,
    "It is kept for an hour, locked, and stands in its place again as soon as you have signed in.": _HOUR,
    "What you were writing when you were signed out is kept for an hour, too.": _HOUR,
    "Everything is erased": _ALL,
    "It isn’t your doing, and those who look after this service are told of it.": (
        "those who look after the service are told of a code that does not open"
    ),
    "The protection stops: sites that follow us are told to forget your fingerprints.": _ANNOUNCED,
    "What you wrote is destroyed, in our backups too.": _ALL,
    "Do not pay, do not answer, do not delete": None,
    "You can erase a call from the list.": None,
    "If you do, the sites are told, and the fingerprints go out of use.": _ANNOUNCED,
    "Messages and addresses are destroyed.": "words destroyed at once",
    "Close or erase": None,
    "Messages and addresses are destroyed after a while.": _ROOMS,
    "Destroy messages and addresses": "words destroyed at once",
    "Destroy messages and addresses?": None,
    "Destroy them now": "words destroyed at once",
    "Erase everything": _ALL,
    "Erase everything?": None,
    "Erase everything now": _ALL,
    "The protection stops and nothing is left of your case.": _ALL,
    "Of your own visits only the day is kept.": _DAY,
    "Nothing of what you answered was kept.": _MINORS,
    "You can stop at any time; until the last step, nothing is kept.": _BEFORE,
    "This software does not write down the address of your connection.": "no address of a visitor is written",
    "The link “Leave this page quickly” does not erase that.": None,
    "To erase it: open the history of your browser and remove the entries of this site.": None,
    "“Leave this page quickly” deletes it.": _NO_COPY,
    "When a case is closed, its messages, addresses and notes are destroyed after the time that the hotline"
    " has"
    " set, usually 90 days; you can have it done at once.": _ROOMS,
    "Their key is destroyed, so copies in backups cannot be read either.": _ROOMS,
    "The platforms that follow the hotline are told, stop using the fingerprint, and confirm it.": _ANNOUNCED,
    "A platform that is switched off is told when it comes back.": _ANNOUNCED,
    "Here the fingerprint is destroyed within a minute: its key first, so copies in backups cannot be read"
    " either.": _GONE,
    "Some platforms can only be told by the fingerprint itself what to forget.": None,
    "For them that much of it stays, locked, until they know.": (
        "for who must be told by it, no more than that, until they know"
    ),
    "After %(forgotten_days)s days at the latest nothing is left here by which the fingerprint could be"
    " read or recognised.": "in the end nothing reads or recognises the code",
    "We take no case about a person under 18 and keep nothing about it.": _MINORS,
    "No day is shown, and no site is told apart.": _FIGURES,
}

IN_GUIDES: dict[str, dict[str, str | None]] = {
    "docs/en/cases.md": {
        "Then nothing changes for an hour, and one button undoes it; or the person has it done now,"
        " without the"
        " hour.": _UNDONE,
        "After the hour it is carried out like any withdrawal: the feed tells it within seconds, and what was"
        " here is destroyed ([when](retention.md)).": _ANNOUNCED,
        "The JSON interface, `repit` and “Erase everything” do not wait.": None,
        "What was withdrawn is destroyed within a minute.": _GONE,
        "**Who is in the picture?** Me, adult then and now; someone who is or was under 18, or not sure:"
        " a page says who can help, and nothing is kept; another adult: the page for helpers.": _MINORS,
        "The number of files that it protects is kept with it in the same way, for the confirmation.": _HOUR,
        "The QR code holds a random ticket of 96 bits and no part of the code; what it leads to is kept for"
        " as long as the code can be shown on the first device, an hour at most, sealed under the ticket, is"
        " taken once, and is gone after five wrong tries, when the receipt was tried and when the page is"
        " left quickly.": _TICKET,
        "On the other device, too, the code is shown no longer than that, however often it is handed"
        " on.": _TICKET,
        "Every access is an entry in the case's log: who, and for staff when to the minute; of the person and"
        " helpers"
        " only the day.": _DAY,
        "- `REPIT_CASE_RETENTION_DAYS` (90) after closing, messages and addresses are destroyed.": _ROOMS,
        "Otherwise nothing is left.": _NONE_LEFT,
        "## Destroying, in backups too": None,
        "Destroying overwrites that key and then deletes the rows.": _ALL,
        "Two copies from two days bring back what was destroyed in between.": None,
        "The wait is kept by the service.": "recovery waits",
        "What was withdrawn or erased since is destroyed again at once"
        " ([retention.md](retention.md)).": _BACK,
        "## What is not kept": None,
        "Ten cases an hour may be opened from one connection (`REPIT_SUBMISSIONS_PER_HOUR`), counted in"
        " the database, to the minute, by a digest under a salt that is thrown away every hour.": _SALT,
        "The eleventh is told when it may go on, or to connect in another way, and keeps every answer and"
        " every code that the device worked out.": "answers stay where no case could be opened",
        "For that the receipt is kept in the table `kept_kept`, sealed under a secret that only the form"
        " (before the answer) and the cookie (after it) hold, and around it under the operator's key: the"
        " database, with every key that you have, opens nothing.": _HOUR,
        "It is deleted within the hour, and at once when the person has tried the receipt or leaves"
        " quickly.": _HOUR,
        "It holds neither the operator's key nor the case keys nor the bank's keys nor open sessions, nor"
        " what is kept for a browser for an hour.": "a backup holds no keys",
        "What would end or erase something is never ticked for anyone.": None,
        "`repit case-keys give-up` then deletes the cases that nobody can open any more, so that new ones can"
        " be opened.": "cases without keys go",
    },
    "docs/fr/cases.md": {
        "Ensuite rien ne change pendant une heure, et un bouton suffit pour revenir en arrière ; ou bien la"
        " personne le fait faire maintenant, sans cette heure.": _UNDONE,
        "L'heure passée, c'est un retrait comme un autre : le flux le dit en quelques secondes, et ce"
        " qui était"
        " ici est détruit ([quand](retention.md)).": _ANNOUNCED,
        "Revenir en arrière efface la clé de la lettre : elle est exécutée ou annulée, jamais les deux,"
        " à quelque"
        " moment qu'un processus s'arrête.": _UNDONE,
        "L'interface JSON, `repit` et « Tout effacer » n'attendent pas.": None,
        "Ce qui est retiré est détruit en une minute.": _GONE,
        "Pour le faire revenir, il faudrait garder une copie de ce qu'on a promis de détruire, et pendant une"
        " heure des copies de l'image passeraient.": None,
        "**Qui est sur l'image ?** Moi, adulte alors et maintenant ; quelqu'un qui a ou avait moins de 18"
        " ans, ou je ne sais pas : une page dit qui peut aider, et rien n'est gardé ; une autre personne"
        " adulte : la page pour qui aide.": _MINORS,
        "Le nombre de fichiers qu'il protège est gardé avec lui de la même manière, pour la"
        " confirmation.": _HOUR,
        "Le QR code porte un ticket tiré au hasard de 96 bits et aucune partie du code ; ce vers quoi il mène"
        " est gardé tant que le premier appareil peut montrer le code, une heure au plus, scellé sous le"
        " ticket, se prend une fois, et disparaît après cinq essais faux, quand le récépissé a été essayé et"
        " quand la page est quittée vite.": _TICKET,
        "Chaque accès est une ligne du journal du dossier : qui, et pour l'équipe quand, à la minute ;"
        " pour la"
        " personne et les aides, seulement le jour.": _DAY,
        "- `REPIT_CASE_RETENTION_DAYS` (90) jours après la fermeture, messages et adresses sont détruits.": (
            _ROOMS
        ),
        "Sinon, il ne reste rien.": _NONE_LEFT,
        "Quand la personne a arrêté la dernière protection, le reste disparaît autant de jours plus tard.": (
            _NONE_LEFT
        ),
        "## Détruire, jusque dans les sauvegardes": None,
        "Détruire écrase cette clé, puis supprime les lignes.": _ALL,
        "Deux copies de deux jours font revenir ce qui a été détruit entre-temps.": None,
        "Ce qui a été retiré ou effacé depuis est détruit de nouveau aussitôt"
        " ([retention.md](retention.md)).": _BACK,
        "## Ce qui n'est pas gardé": None,
        "Dix dossiers par heure peuvent être ouverts depuis une connexion (`REPIT_SUBMISSIONS_PER_HOUR`),"
        " comptés dans la base, à la minute, par une empreinte sous un sel jeté toutes les heures.": _SALT,
        "Pour cela, le récépissé est gardé dans la table `kept_kept`, scellé sous un secret que seuls le"
        " formulaire (avant la réponse) et le cookie (après) détiennent, et autour sous la clé"
        " d'exploitation : la base, avec toutes vos clés, n'ouvre rien.": _HOUR,
        "Il est effacé dans l'heure, et aussitôt que la personne a essayé le récépissé ou quitte"
        " vite.": _HOUR,
        "- **Le récépissé a sa propre page.** Après la dernière étape, le navigateur reçoit un cookie et"
        " l'adresse `/fr/recepisse/` ; recharger, revenir, retrouver un onglet que le téléphone avait jeté le"
        " montrent de nouveau.": None,
        "Elle ne contient ni la clé d'exploitation, ni les clés des dossiers, ni celles de la banque, ni les"
        " sessions ouvertes, ni ce qui est gardé une heure pour un navigateur.": "a backup holds no keys",
        "Ce qui fermerait ou effacerait n'est jamais coché d'avance.": None,
        "`repit case-keys give-up` supprime alors les dossiers que plus personne ne peut ouvrir, pour que de"
        " nouveaux puissent l'être.": "cases without keys go",
    },
    "THREAT-MODEL.md": {
        "However often it is handed on, it is shown no longer than at first"
        " (`test_however_often_it_is_handed_on_a_code_is_shown_no_longer_than_at_first`).": _TICKET,
        "**An hour to undo.** Who stops a protection has an hour in which nothing changes"
        " (`test_for_an_hour_nothing_changes_and_then_it_stops`,"
        " `test_the_hour_is_an_hour_whatever_is_done_to_the_clock`).": _UNDONE,
        "Counts go down to whole tens and none below ten is told from nothing"
        " (`test_what_is_below_ten_is_not_told_from_nothing`); copies come from ten items at least, waiting"
        " times from ten people"
        " (`test_many_copies_of_few_pictures_are_not_shown_and_a_muted_site_does_not_count`,"
        " `test_a_waiting_time_of_fewer_than_ten_people_is_not_shown`); the table holds what the page shows"
        " and no more.": _FIGURES,
        "Whoever threatens a person, and reads along on their page, learns no caseworker's account: people"
        " and helpers see an alias that was drawn or chosen, in the log and in messages, and a word without"
        " a name once the account is gone (`test_nothing_that_a_person_or_a_helper_sees_names_an_account`);"
        " in the database it is sealed"
        " (`test_neither_an_alias_nor_what_it_is_found_by_can_be_read_in_the_database`).": (
            "no account is named to a person or a helper"
        ),
        "Each way out has the browser delete it"
        " (`test_the_heavy_files_come_once_and_leaving_quickly_empties_the_browser_of_them`,"
        " `test_every_way_out_has_the_browser_forget_its_copies`); one that does not know that word keeps it"
        " until its data are cleared, and a private window keeps nothing.": _NO_COPY,
        "A hash of the bank that does not open is left out of what is served, counted and told of; nobody"
        " is told to forget its item (`test_every_channel_goes_on_without_a_row_that_does_not_open`), and"
        " where nothing opens, nothing is served at all"
        " (`test_keys_of_another_installation_are_no_damage_and_nobody_is_told_anything`).": None,
        "- A key reads and moves nothing that was not granted to it"
        " (`test_no_endpoint_opens_for_an_exchange_that_was_not_granted_or_without_a_demanded_agreement`);"
        " who disagrees with everything at once is not heard, and a person is told"
        " (`test_who_disagrees_with_everything_at_once_is_stopped_not_heard_and_a_person_is_told`).": None,
        "A stop and a referral before anything is kept"
        " (`test_someone_under_eighteen_is_sent_to_those_who_help_and_nothing_is_kept`).": _MINORS,
        "Counts come from the gates themselves, by item and never by upload, saturate for"
        " each reporter, and ask a person; after 90 days only their sum is kept"
        " (`test_many_reports_go_in_turns_and_each_counts_once`).": "reports of matches become one number",
        "Erasing destroys the case's own key, so it reaches every backup of the database"
        " (`test_an_erased_case_stays_erased_when_a_backup_comes_back`); not a copy of"
        " that key which somebody kept, nor what a disk has set aside"
        " ([cases](docs/en/cases.md)).": _ALL,
        "It has a state (received, active, disputed, withdrawn) and an origin; hashes of"
        " quality below 50 are never published"
        " (`test_a_hash_below_quality_fifty_is_never_published`); the operator may"
        " publish only after review (`REPIT_PUBLISH=after-review`;"
        " `test_after_review_nothing_is_published_by_itself`); a disputed item is kept"
        " apart; a platform's policy decides what each may trigger, and by default"
        " doubtful matches go to a person"
        " (`test_weak_evidence_alone_is_for_a_person_to_look_at`).": None,
        "One address may open 10 cases in an hour and one subscriber send 6,000 reports"
        " (`REPIT_SUBMISSIONS_PER_HOUR`, `REPIT_REPORTS_PER_HOUR`), counted in the"
        " database for all processes together: addresses under a salt that is forgotten"
        " each hour and stands in no PostgreSQL log"
        " (`test_nothing_of_an_origin_is_kept_and_an_hour_later_all_is_forgotten`,"
        " `test_the_salt_of_an_hour_stands_in_no_log_and_once_the_hour_is_over_nowhere`).": _SALT,
        "So hashes are treated as personal data: sealed at rest, granted one by one,"
        " forgotten on withdrawal"
        " (`test_what_was_withdrawn_opens_with_no_key_that_is_left`); and anchored hashes"
        " go without their places, to subscribers who were granted them"
        " (`test_anchored_hashes_go_only_to_those_who_were_granted_them`,"
        " `test_the_order_in_which_anchored_hashes_are_kept_and_served_says_nothing_of_their_rank`).": _GONE,
        "What is *not* noticed: a record that is deleted whole, or put back whole with its version.": None,
        "What is withdrawn from the bank is destroyed in the same way, its keys first:"
        " within a minute what nobody needs, the rest once subscribers were told, all of"
        " it by a day that the page names"
        " (`test_what_was_withdrawn_opens_with_no_key_that_is_left`,"
        " `test_only_hashes_by_which_an_exchange_names_it_are_kept_and_only_until_it_was_told`,"
        " `test_the_last_day_ends_all_waiting`; [what is forgotten"
        " when](docs/en/retention.md)).": _GONE,
        "With two of three parts (slip, helper, the hotline's offline key) a new one"
        " comes after 72 hours"
        " (`test_slip_and_hotline_together_give_a_new_receipt_after_the_wait`,"
        " `test_no_single_part_and_no_two_helpers_open_anything`); that wait is kept by"
        " the service, so two parts with the database and the operator's key need not"
        " wait.": "recovery waits",
        "besides, the hashes of items that are not erased; the log of each case: who looked, when": None,
        "messages, addresses, tasks, what a person calls their pictures, links to items: these are in"
        " boxes that only the"
        " person's words, a helper's code, or the passphrase or passkey of a caseworker"
        " opens (`test_the_disk_of_the_application_tells_nothing_either`); which key"
        " belongs to which moment"
        " (`test_neither_opening_a_case_nor_adding_to_it_leaves_a_time_on_the_disk`,"
        " `test_neither_keys_nor_times_of_cases_follow_those_of_items`); anything that"
        " was erased"
        " (`test_nothing_that_was_withdrawn_can_be_read_or_recognised_with_every_key_that_is_left`)": _ALL,
        "second factors and sessions of staff; the names of stored objects and the"
        " pictures that moderators let go, which are sealed; uploads, which are kept for"
        " the desk only where the operator wants it (`REPIT_REVIEW_MEDIA=hold`), sealed"
        " and until they are decided"
        " (`test_a_held_upload_is_sealed_opens_once_a_ticket_and_goes_with_the_decision`);"
        " cases, receipts, persons: a gate never has them": "uploads are held until decided",
        "the hashes it was granted; where it watches object storage, its access key:"
        " whatever that key may read, tag, move or delete.": None,
        "the keys, sessions, what is kept for an hour"
        " (`test_a_backup_tells_nothing_even_to_whoever_opens_it`); which files are of one installation"
        " (`test_two_files_of_one_key_do_not_show_that_they_are`).": "a backup holds no keys",
    },
}
