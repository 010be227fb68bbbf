"""What partners tell goes into the bank, and they are told what is thought here of their items.

In: partners' due rows. Out: a `Puller`. Next: `hotline.process` starts it beside the hotline.
"""

from repit.exchanges.models import Partner
from repit.exchanges.pull_loop import Puller
from repit.hotline.feeds import feedback
from repit.hotline.feeds.bank_target import BankTarget


def for_hotline() -> Puller:
    """Into the bank, with feedback."""

    def give_feedback(partner: Partner) -> None:
        while feedback.collect(partner):
            pass
        feedback.send_due(partner)

    return Puller(BankTarget, give_feedback)
