"""The catalogue of supported fields: what can be synced, and where it goes in Tripletex.

Both lines read it: capture asks which attributes matter, mapping where a value goes, the pages what to call it.
To add a field, see CONTRIBUTING.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Place = Literal["employee", "employment"]
Kind = Literal["name", "phone", "date", "account", "number"]


@dataclass(frozen=True)
class SupportedField:
    """A field that can be synced.

    `label` is the English source text of its name, `tripletex` the property of the Tripletex object at `place`,
    `label_tripletex` what Tripletex's own pages call it, `clearable` whether it may be empty in Tripletex,
    `sensitive` whether pages mask it until asked.
    """

    key: str
    label: str
    label_tripletex: str
    kind: Kind
    place: Place
    tripletex: str
    clearable: bool = False
    sensitive: bool = False


FIELDS: Final = (
    SupportedField("given_name", "Given name", "Fornavn", "name", "employee", "firstName"),
    SupportedField("family_name", "Family name", "Etternavn", "name", "employee", "lastName"),
    SupportedField(
        "phone_number", "Phone number", "Mobiltelefon", "phone", "employee", "phoneNumberMobile", clearable=True
    ),
    SupportedField("date_of_birth", "Date of birth", "Fødselsdato", "date", "employee", "dateOfBirth", sensitive=True),
    SupportedField(
        "bank_account_number",
        "Bank account number",
        "Bankkontonummer",
        "account",
        "employee",
        "bankAccountNumber",
        clearable=True,
        sensitive=True,
    ),
    SupportedField(
        "employee_id", "Employee ID", "Ansattnummer", "number", "employee", "employeeNumber", clearable=True
    ),
    SupportedField("first_workday", "First workday", "Første arbeidsdag", "date", "employment", "startDate"),
    SupportedField("last_workday", "Last workday", "Siste arbeidsdag", "date", "employment", "endDate", clearable=True),
)
KEYS: Final = tuple(f.key for f in FIELDS)
BY_KEY: Final = {f.key: f for f in FIELDS}
EMPLOYEE_KEYS: Final = frozenset(f.key for f in FIELDS if f.place == "employee")
EMPLOYMENT_KEYS: Final = frozenset(f.key for f in FIELDS if f.place == "employment")
