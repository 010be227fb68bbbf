"""Tags for whatever says who this hotline is, on any page, error pages too.

In: nothing of the request. Out: `Published`, its hours in words; the sites that take part. Next: the
templates.
"""

from typing import Any

from django import template
from django.conf import settings
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from repit.hotline.awareness import published, shown
from repit.hotline.awareness.composing import Published
from repit.hotline.awareness.words import Words
from repit.hotline.feeds import named
from repit.hotline.feeds.named import NamedSite

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
def usual_answer(stated: Published | None = None) -> str:
    """`We usually answer within 2 days.`; nothing where the operator has not said how long it takes."""
    return shown.usual_answer(stated or published.current())


@register.simple_tag
def named_sites() -> tuple[NamedSite, ...]:
    """Sites that take part and allow it to be said, by name, each with the days since and until when."""
    return named.named_sites()


@register.simple_tag
def shows_figures() -> bool:
    """Whether there is a page of what was counted, month by month."""
    return bool(settings.REPIT_PUBLIC_FIGURES)


@register.simple_tag
def opening(stated: Published) -> dict[str, Any]:
    """Its hours in words: `now`, `week`, `closings`."""
    return {
        "now": shown.now_open(stated),
        "week": shown.week(stated),
        "closings": shown.closings(stated),
    }
