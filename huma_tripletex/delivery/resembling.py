"""Whether somebody whom the option adds by itself may be in Tripletex already: payroll was faster, or they are back. So
it may have been where a create was lost, or was refused and is tried again by hand.

Nobody has been asked about them, and Tripletex cannot delete anybody. So everybody there is looked at first, by the
same rules as in a comparison; who may be the same person is for an administrator to say.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from huma_tripletex.core.matching import match
from huma_tripletex.core.people import HostPerson
from huma_tripletex.delivery.asking import Asking
from huma_tripletex.delivery.work import Work


def resembling(asking: Asking, works: Sequence[Work], others: Set[int] = frozenset()) -> set[str]:
    """Which of these people somebody there may be who is nobody else's, and none of `others`: employees just made. No
    call unless one of them is unasked.

    Raises TripletexError, LeaseLost.
    """
    unasked = [work for work in works if work.unasked]
    if not unasked:
        return set()
    free = [one for one in asking.everybody() if one.id not in others]
    not_same = {(work.person_id, number) for work in unasked for number in work.taken}
    people = [HostPerson(work.person_id, work.values, email=work.email, takes_part=True) for work in unasked]
    return {work.person_id for work in unasked}.difference(match(people, free, not_same=not_same).only_in_huma)
