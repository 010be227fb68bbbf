"""The mark of a form in the staff area.

In: the page that is being shown. Out: a hidden field. Next: `foundation.staff.drafts`, which knows by it a
form sent twice, and whose words those are that came after the sign-in had ended.
"""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from repit.foundation.kept import marks

register = template.Library()


@register.simple_tag(takes_context=True)
def form_mark(context: dict[str, Any]) -> SafeString:
    """Stands in each form of a page on which something can be typed; `here` is that page's own address."""
    request = context["request"]
    page = context.get("here") or request.path
    mark = marks.made("", str(request.user.pk), page)
    return format_html('<input type="hidden" name="{}" value="{}">', marks.FIELD, mark)
