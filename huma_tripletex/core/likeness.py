"""By what people are recognised: everybody's traits in the forms in which they are compared, made once."""

from __future__ import annotations

from dataclasses import dataclass, field

from huma_tripletex.core.normalise import normalise
from huma_tripletex.core.people import Values
from huma_tripletex.core.spelling import Words, words_of
from huma_tripletex.core.text import folded


@dataclass(frozen=True, slots=True)
class Traits:
    """Somebody of either system, as far as it helps to recognise them; "" where there is nothing. All canonical.

    `number` is the employee ID without the zeros that it may begin with, `name` the whole name, folded, wherever the
    middle names stand, and `called` its words as they are spelled, in the order of the alphabet.
    """

    employee_id: str = field(repr=False)
    number: str = field(repr=False)
    email: str = field(repr=False)
    name: str = field(repr=False)
    called: str = field(repr=False)
    given: Words = field(repr=False)
    family: Words = field(repr=False)
    birth: str = field(repr=False)
    phone: str = field(repr=False)
    account: str = field(repr=False)


def traits_of(values: Values, email: str | None) -> Traits:
    """The traits of somebody with these values."""
    number = normalise("employee_id", values.get("employee_id")) or ""
    given, family = folded(values.get("given_name")), folded(values.get("family_name"))
    first, last = words_of(given), words_of(family)
    return Traits(
        employee_id=number,
        number=number.lstrip("0") or number,
        email=folded_email(email),
        name=f"{given} {family}".strip(),
        called=" ".join(sorted(word.text for word in (*first, *last))),
        given=first,
        family=last,
        birth=normalise("date_of_birth", values.get("date_of_birth")) or "",
        phone=normalise("phone_number", values.get("phone_number")) or "",
        account=normalise("bank_account_number", values.get("bank_account_number")) or "",
    )


def folded_email(email: str | None) -> str:
    """An email address without regard to capitals and spaces."""
    return "".join((email or "").split()).casefold()


def with_birth(one: Traits) -> str:
    """Name and date of birth as one sign; "" unless both are known."""
    return together(one.name, one.birth)


def with_phone(one: Traits) -> str:
    """Name and phone number as one sign; "" unless both are known."""
    return together(one.name, one.phone)


def birth_and_phone(one: Traits) -> str:
    """Date of birth and phone number as one sign; "" unless both are known."""
    return together(one.birth, one.phone)


def birth_and_account(one: Traits) -> str:
    """Date of birth and bank account number as one sign; "" unless both are known."""
    return together(one.birth, one.account)


def with_number(one: Traits) -> str:
    """The words of the name and the number as one sign; "" unless both are known."""
    return together(one.called, one.number)


def with_household(one: Traits) -> list[str]:
    """The name with each thing that families share, as far as it is known."""
    shared = (one.email, one.phone, one.account)
    return [found for trait in shared if (found := together(one.called, trait))]


def together(one: str, other: str) -> str:
    """Two signs as one; "" unless both are known."""
    return f"{one}\n{other}" if one and other else ""
