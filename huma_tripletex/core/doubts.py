"""What makes two who share a number doubtful though their names are alike: somebody else whom the name fits better.

Rows of a list slip, numbers are given anew, and father and son are called the same.
"""

from __future__ import annotations

from collections.abc import Set

from huma_tripletex.core.evidence import besides, births
from huma_tripletex.core.likeness import Traits, together, with_birth
from huma_tripletex.core.search import Field


def is_another(field: Field, person: Traits, employee: Traits) -> bool:
    """Whether one of the two is another one by name and date of birth: twins whose numbers were mixed up, or father and
    son. Where a birth is unknown, nothing but another name tells.
    """
    if person.name == employee.name and births(person, employee) in "=?":
        return False
    return with_birth(person) in field.births_there or with_birth(employee) in field.births_here


def may_be_another(field: Field, person: Traits, employee: Traits) -> bool:
    """Whether one of two, whose dates of birth are not the same, is called like somebody on the other side who is not
    accounted for. Of two who are called the same that tells something only where their dates differ plainly and nothing
    else is the same.
    """
    born = births(person, employee)
    if born == "=":
        return False
    if person.called == employee.called and (born != "!" or besides("employee_id", person, employee) == "+"):
        return False
    return person.called in field.loose_there or employee.called in field.loose_here


def may_be_the_namesake(field: Field, why: str, person: Traits, employee: Traits) -> bool:
    """Whether one of two who share a mailbox or a phone, but not a date of birth or anything else, shares another such
    thing with somebody on the other side who is called the same: father and son.
    """
    if births(person, employee) == "=" or besides(why, person, employee) == "+":
        return False
    return _has_of(field.households_there, person, employee) or _has_of(field.households_here, employee, person)


def _has_of(households: Set[str], one: Traits, other: Traits) -> bool:
    own = ((one.email, other.email), (one.phone, other.phone), (one.account, other.account))
    return any(mine != theirs and together(one.called, mine) in households for mine, theirs in own)
