"""Every setting there is, in the order of docs/en/settings.md.

In: nothing. Out: `DECLARED`, by name. Next: `environment.page` documents them; one that is not among them
stops the start of either wing, since a file of settings may serve both.
Checklist for a new one: a line in the module of its subject, its use in a settings module, `repit settings >
docs/en/settings.md`.
"""

from typing import Any, Final

from repit.foundation.configuration import common, tests
from repit.foundation.configuration.environment import Setting
from repit.hotline import settings as hotline
from repit.platform import settings as platform

DECLARED: Final[dict[str, Setting[Any]]] = {
    setting.name: setting for part in (common, hotline, platform, tests) for setting in part.SETTINGS
}
