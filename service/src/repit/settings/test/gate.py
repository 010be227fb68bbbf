"""Tests of a platform: no table, page or setting of a hotline.

In: the environment. Out: Django's settings. Next: pytest.
"""

from repit.platform import settings as platform
from repit.settings.base import *  # noqa: F403
from repit.settings.test import under_test

globals().update(under_test("repit.platform.urls", platform.WING))
