"""What stands in the database, in words. In: codes. Out: texts. Next: the templates."""

from typing import Final

from django.utils.translation import gettext_lazy as _

STATES: Final = {
    "received": _("waiting to be published"),
    "active": _("in force"),
    "disputed": _("suspended"),
    "withdrawn": _("withdrawn"),
    "erased": _("erased"),
}
KINDS: Final = {"intimate": _("intimate"), "deepfake": _("made up (deepfake)")}
VIEWS: Final = {
    "blocked": _("blocked"),
    "not_blocked": _("not blocked"),
    "pending": _("being looked at"),
    "none": _("no opinion"),
}
DECISIONS: Final = {"kept": _("kept"), "suspended": _("suspended"), "withdrawn": _("withdrawn")}
MOVED: Final = {
    "not_blocked": _("says “not blocked” of far too many items"),
    "opinions": _("has opinions of far too many items"),
    "proposals": _("proposes far too many items"),
    "matches": _("reports matches of far too many items"),
}
