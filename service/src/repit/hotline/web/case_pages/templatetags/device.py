"""Tags for `_device.html`.

In: nothing. Out: the bundle, the script's words, how many files a case takes, and how much of videos at once.
Next: the template.
"""

from django import template

from repit.hotline.bank.types import MAX_MOMENTS_TOGETHER
from repit.hotline.cases.service import MAX_ITEMS
from repit.hotline.web.case_pages import device, offline_page

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
def offline_key() -> str:
    """The line of the key that checks the page for use without internet."""
    return offline_page.public_key().splitlines()[1]


@register.simple_tag
def device_most() -> int:
    """How many files one case takes."""
    return MAX_ITEMS


@register.simple_tag
def device_most_moments() -> int:
    """How many bytes of videos' moments come together."""
    return MAX_MOMENTS_TOGETHER
