"""What waits for whom, known without looking into any case.

In: nothing. Out: for each caseworker, a word for each thing that waits for them. Next: `hotline.loops.news`,
which tells those who asked for mail that something waits, and nothing more.

New cases that nobody has wait for those who take cases in; a case in someone's hands waits for them while its
next step is theirs. A word changes when a message comes, so each message is something new.
"""

from collections.abc import Mapping

from repit.hotline.cases import caseworkers, desk, thread
from repit.hotline.cases.models import Case


def for_everyone() -> Mapping[str, set[str]]:
    """By name; the words name nothing outside, and are not kept as they are."""
    open_cases = dict(Case.objects.filter(state__in=("new", "in-hand")).values_list("pk", "state"))
    words = {pk: f"{pk}:{thread.count(pk)}" for pk in open_cases}
    loads = caseworkers.everyone()
    taken = {pk for load in loads for pk in load.cases}
    free = {words[pk] for pk, state in open_cases.items() if state == "new" and pk not in taken}
    takes_in = set(desk.members())
    return {
        load.who: {words[pk] for pk in load.cases if pk in words} | (free if load.who in takes_in else set())
        for load in loads
    }
