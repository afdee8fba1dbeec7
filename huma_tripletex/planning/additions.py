"""Who cannot be added to the other system, said before and not after: what is missing, wrong, or somebody else's."""

from __future__ import annotations

from typing import Final

from huma_tripletex.core.fields import KEYS
from huma_tripletex.core.likeness import folded_email
from huma_tripletex.core.mapping import NO_ACCESS, is_email
from huma_tripletex.core.normalise import normalise, problem
from huma_tripletex.core.people import HostPerson, TripletexEmployee, Values
from huma_tripletex.planning.company import Company

NEEDED: Final = frozenset({"given_name", "family_name", "date_of_birth"})
"""What nobody is added to Tripletex without."""
Blocks = tuple[tuple[str, str], ...]
"""Fields ("": none of ours) and reasons, keys of `core.reasons`; none: they can be added."""


def blocks_adding_to_tripletex(company: Company, person: HostPerson) -> Blocks:
    """What keeps a person from being added to Tripletex."""
    values = {key: normalise(key, person.values.get(key)) for key in KEYS}
    needed = {key for key in KEYS if values[key]} | NEEDED | ({"first_workday"} if values["last_workday"] else set())
    wrong = tuple((key, why) for key in KEYS if key in needed and (why := problem(key, values[key])))
    number = values["employee_id"]
    if number and (number in company.numbers or number in company.double_numbers):
        wrong = (*wrong, ("employee_id", "employee_id_taken"))
    return (*wrong, *_days(values), *_email(company, person), *_demanded(company, values))


def blocks_adding_to_huma(employee: TripletexEmployee) -> Blocks:
    """What keeps an employee from being added to Huma."""
    missing = [key for key in ("given_name", "family_name") if not normalise(key, employee.values.get(key))]
    return tuple((key, "name_empty") for key in missing)


def _days(values: Values) -> Blocks:
    first, last = values["first_workday"], values["last_workday"]
    return (("last_workday", "workdays_reversed"),) if first and last and last < first else ()


def _email(company: Company, person: HostPerson) -> Blocks:
    """An address that is sent must be nobody else's, and somebody with access needs one. Who has none may do without
    one that is written wrong.
    """
    has_access = company.options.user_type != NO_ACCESS
    address = folded_email(person.email)
    if not address:
        return (("", "email_missing"),) if has_access else ()
    if not is_email(person.email):
        return (("", "email_taken"),) if has_access else ()
    taken = address in company.emails or address in company.double_emails
    return (("", "email_taken"),) if taken else ()


def _demanded(company: Company, values: Values) -> Blocks:
    department = (("", "department_missing"),) if company.wants_department else ()
    division = (("first_workday", "division_missing"),) if values["first_workday"] and company.wants_division else ()
    return (*department, *division)
