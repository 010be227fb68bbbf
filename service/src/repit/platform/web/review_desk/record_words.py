"""What is written down of a review, in words that people read.

In: rows of the record and of the audit, which hold short English sentences so that they read alike for ever.
Out: the same in the reader's language. Next: `oversight`, the record's page.
"""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from repit.platform.review.models import Step

_SYSTEM: Final = {
    "given back": _("given back"),
    "its time ran out": _("its time ran out"),
    "freed by a supervisor": _("freed by a supervisor"),
    "an earlier one is taken up again": _("given back, for an earlier one is taken up again"),
    "its ground is no rule here any more": _("given back: its ground is no rule here any more"),
    "an objection came in meanwhile": _("given back: an objection came in meanwhile"),
}
_ACTIONS: Final = {
    "review looked at": _("looked at it"),
    "review media opened": _("opened the upload"),
    "review decision undone": _("undid a decision"),
    "review refuse": _("refused it"),
    "review allow": _("let it through"),
    "review allow, the picture itself": _("let the picture itself go here"),
    "review refer": _("stopped it, to be referred"),
    "refused here again": _("had it refused here again"),
}


def why(step: Step) -> Any:
    """Why a step was taken: a sentence of ours, whatever a person wrote, or both."""
    if step.outcome:
        return step.why
    ours, _between, words = step.why.partition("\n")
    return f"{_SYSTEM.get(ours, ours)} – {words}" if words else _SYSTEM.get(ours, ours)


def action(code: str) -> Any:
    """What somebody did."""
    return _ACTIONS.get(code, _("did something else"))
