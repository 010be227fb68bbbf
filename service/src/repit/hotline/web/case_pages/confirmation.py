"""What stands before a receipt that was just given: how many files are protected, who takes part, what comes
next.

In: what the case protects, as it is kept with the receipt. Out: values for `_protected.html`. Next: `codes`
shows them.
"""

from typing import Any

from django.conf import settings

from repit.foundation.clock import now
from repit.hotline.feeds import reach
from repit.hotline.web.case_pages.receipts import Protected


def values(protected: Protected | None) -> dict[str, Any]:
    """Nothing where nothing is protected: then the page is of the receipt alone."""
    if protected is None:
        return {}
    return {
        "protected": protected,
        "recognised": protected.files - protected.exact,
        "looked_at_first": settings.REPIT_PUBLISH != "at-once",
        "following": reach.following(),
        "today": now(),
    }
