"""Every setting there is, in the order of docs/en/settings.md.

In: nothing. Out: `DECLARED`, by name. Next: `base` reads them; `environment.page` documents them.
Checklist for a new one: a line in the module of its subject, its use in a settings module, `repit settings >
docs/en/settings.md`.
"""

from typing import Any, Final

from repit.foundation.configuration import common, tests
from repit.foundation.configuration.environment import Setting
from repit.hotline import settings
from repit.platform.settings import gate, integrations, review

DECLARED: Final[dict[str, Setting[Any]]] = {
    setting.name: setting
    for part in (common, settings, gate, integrations, review, tests)
    for setting in part.SETTINGS
}
