"""Tags for `_code_entry.html`.

In: nothing. Out: the scripts of the boxes, what they say. Next: the template.
"""

from django import template

from repit.hotline.web.case_pages import entry

register = template.Library()


@register.simple_tag
def entry_files() -> tuple[entry.Script, ...]:
    """The scripts, in the order in which they run."""
    return entry.files()


@register.simple_tag
def entry_texts() -> dict[str, str]:
    """What the boxes say, in the page's language."""
    return entry.texts()
