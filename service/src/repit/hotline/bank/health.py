"""What of a hotline must be so while it serves, and what its monitoring reads of the process.

In: nothing. Out: checks and figures of the wing. Next: `foundation.health`, `foundation.metrics`. Other rooms
register what they know in the same way; `cases` its keys, `feeds` who lags.
"""

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from repit.foundation import installation
from repit.foundation.clock import day
from repit.foundation.errors import SettingsRefused, Text
from repit.foundation.health import backups, clocks, database, disk, loops, operator_key
from repit.foundation.health.findings import Finding, wing
from repit.foundation.metrics import own
from repit.foundation.metrics.figures import Figure, of, plain
from repit.foundation.notify import health as news
from repit.foundation.staff import figures as staff
from repit.hotline.bank import carrying, proving
from repit.hotline.bank.models import Change, Question
from repit.hotline.bank.unreadable import unreadable


def register() -> None:
    """As Django starts."""
    health, figures = wing("hotline"), of("hotline")
    health.register("database", database.check)
    health.register("disk", disk.check(_places))
    health.register("operator-key", _operators_key)
    health.register("operator-key-file", operator_key.check, grave=False)
    health.register("news", news.check, grave=False)
    health.register("bank-keys", _keys)
    health.register("unreadable-items", _unreadable, grave=False)
    health.register("letters-stuck", _letters)
    health.register("loops", loops.check)
    health.register("clock", clocks.check, grave=False)
    health.register("backup", backups.check(lambda: changes_before_today() > 0), grave=False)
    own.register(figures, health, "hotline", _places)
    figures.register("staff", staff.source)
    figures.register("bank", _bank)
    figures.register("backup", own.backup)


def changes_before_today() -> int:
    """How far the feed was when the day began: what may be told at every moment without telling moments."""
    newest = Change.objects.filter(at__lt=day()).order_by("-sequence").values_list("sequence", flat=True)
    return newest.first() or 0


def _places() -> Iterable[Path]:
    return Path(settings.REPIT_CASE_KEYS), Path(settings.REPIT_BANK_KEYS)


def _keys() -> Iterable[Finding]:
    proving.prove()
    return ()


def _operators_key() -> Iterable[Finding]:
    installation.prove()
    return ()


def _unreadable() -> Iterable[Finding]:
    if count := unreadable():
        yield Finding(
            "unreadable-items",
            Text(
                f"Items of the bank that do not open: {count}. The others are served.",
                f"Éléments de la banque qui ne s’ouvrent pas : {count}. Les autres sont servis.",
            ),
            Text(
                "`repit bank list --unreadable` names them; put their keys back, or erase them.",
                "`repit bank list --unreadable` les nomme ; remettez leurs clés, ou effacez-les.",
            ),
            grave=False,
        )


def _letters() -> Iterable[Finding]:
    if count := _stuck():
        yield Finding(
            "letters-stuck",
            Text(
                f"Asked for by people, and not in the bank after a quarter of an hour: {count}.",
                f"Demandes de personnes, pas encore dans la banque après un quart d’heure : {count}.",
            ),
            Text(
                "The log says of the loop repit-letters why: the database, the disk or the files of keys."
                " Nothing is lost, and all of it is carried out once that is mended; if not, restart the"
                " service.",
                "Le journal dit de la boucle repit-letters pourquoi : la base, le disque ou les fichiers de"
                " clés. Rien n’est perdu, et tout avance une fois cela réparé ; sinon, redémarrez le"
                " service.",
            ),
        )


def _stuck() -> int:
    try:
        return carrying.stuck()
    except SettingsRefused:  # the finding of the keys says it
        return 0


def _bank() -> Iterable[Figure]:
    about = "What people asked for more than a quarter of an hour ago and is not in the bank."
    yield plain("repit_hotline_letters_stuck", about, float(_stuck()))
    about = "The newest change of the feed when the present day (UTC) began."
    yield plain("repit_hotline_unreadable_items", "Items that do not open.", float(unreadable()))
    yield plain("repit_hotline_feed_sequence", about, float(changes_before_today()))
    waiting = Question.objects.filter(closed_at__isnull=True).count()
    yield plain(
        "repit_hotline_questions_open", "Questions about items that wait for a person.", float(waiting)
    )
