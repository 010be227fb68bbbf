"""Tags for `_device.html`.

In: nothing. Out: the bundle, the script's words, how many files a case takes. Next: the template.
"""

from django import template

from repit.hotline.cases.service import MAX_ITEMS
from repit.hotline.web.case_pages import device

register = template.Library()


@register.simple_tag
def device_bundle() -> device.Bundle:
    """The files that the page loads, with their digests."""
    return device.bundle()


@register.simple_tag
def device_words() -> dict[str, str]:
    """What the script says, in the page's language."""
    return device.words()


@register.simple_tag
def device_most() -> int:
    """How many files one case takes."""
    return MAX_ITEMS
