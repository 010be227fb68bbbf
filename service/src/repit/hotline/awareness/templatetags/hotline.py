"""Tags for whatever says who this hotline is, on any page, error pages too.

In: nothing of the request. Out: `Published`, its hours in words. Next: the templates.
"""

from typing import Any

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from repit.hotline.awareness import published, shown
from repit.hotline.awareness.composing import Published
from repit.hotline.awareness.words import Words

register = template.Library()


@register.simple_tag
def this_hotline() -> Published:
    """What its pages say at this moment."""
    return published.current()


@register.simple_tag
def stated(words: Words) -> SafeString:
    """A text in the page's language, or in the other, which is then named for those who have it read out."""
    here = words.here
    return (
        format_html('<span lang="{}">{}</span>', here.foreign, here.text)
        if here.foreign
        else escape(here.text)
    )


@register.simple_tag
def opening(stated: Published) -> dict[str, Any]:
    """Its hours in words: `now`, `week`, `closings`."""
    return {
        "now": shown.now_open(stated),
        "week": shown.week(stated),
        "closings": shown.closings(stated),
    }
