"""Tests of what needs both wings in one process, and mypy's Django plugin.

In: the environment. Out: Django's settings. Next: pytest.
"""

from repit.hotline import settings as hotline
from repit.platform import settings as platform
from repit.settings.base import *  # noqa: F403
from repit.settings.test import under_test

globals().update(under_test("repit.urls", hotline.WING, platform.WING))
