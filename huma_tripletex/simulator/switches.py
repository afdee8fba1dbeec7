"""What nobody outside Tripletex knows for certain: one switch each. The default is the strictest reading that what is
known leaves open; README.md says of each that is not the strictest end there is, why.

Each can be set in the constructor, by `--switch name=value` and by `PATCH /_simulator/switches`.
"""

from dataclasses import dataclass, fields, replace
from typing import Any, get_args, get_type_hints
from typing import Literal as L


@dataclass(frozen=True)
class Switches:
    """The open questions about Tripletex. The comment above each says what is unknown and what the values mean."""

    # Is `dateOfBirth` required on POST /employee? (All recorded creates had one; one write-up says it is not.)
    birth_date_on_post: L["required", "optional"] = "required"
    # Is it required on PUT /employee/{id}: always, only while the employee has none, or never?
    birth_date_on_put: L["always", "when_missing", "never"] = "always"
    # May a date of birth be changed? Tripletex freezes it once an a-melding has been submitted; here none has.
    birth_date_frozen: bool = False
    # Does an `endDate` need an `employmentEndReason`?
    end_reason: L["required", "optional"] = "required"
    # Does one bad employee refuse the whole POST /employee/list, or are the good ones before it kept?
    employee_list: L["atomic", "partial"] = "atomic"
    # A duplicate employee number: 422/18000 on the field, 409/14000 without fields, or accepted?
    duplicate_employee_number: L["422", "409", "accepted"] = "422"
    # Which value empties a text on PUT? The other one is silently ignored.
    text_cleared_by: L["empty", "null", "both"] = "empty"
    # Which value empties a date on PUT? An unaccepted "" is a wrong type (16000), an unaccepted null is ignored.
    date_cleared_by: L["null", "empty", "both"] = "null"
    # Bank account numbers: eleven digits with a valid check digit, eleven digits, or any text?
    bank_account: L["mod11", "digits", "any"] = "mod11"
    # Mobile numbers: national digits only (Norway: eight), `+47 ...` understood and stored nationally, or any text?
    phone_number: L["national", "understood", "any"] = "national"
    # The most values one page holds, whatever `count` asks; 0: no maximum.
    page_maximum: int = 1000
    # What `fullResultSize` says: one more than has been seen while there is more (recorded), nothing, or always more?
    full_result_size: L["honest", "zero", "too_many"] = "honest"
    # The most days ahead a session may expire; 0: no maximum (none is documented, two and seven are in use).
    session_days: int = 7
    # Does GET /employee list people whose every employment has ended?
    list_ended: bool = True
    # May two employments of one employee overlap? ("Overlappende perioder." has been seen.)
    overlapping_employments: L["refused", "accepted"] = "refused"
    # Does a change of an employment fire `employee.update`?
    employment_fires_update: bool = False
    # May the e-mail of somebody with system access be changed?
    email_of_users: L["locked", "editable"] = "locked"
    # A body whose `Content-Type` is there and not application/json: refused, or read all the same?
    content_type: L["json", "any"] = "json"
    # A reference with more than its id: refused, or the rest ignored?
    reference_extras: L["refused", "ignored"] = "refused"
    # An `address` without its id for an employee who has one: refused, or a new one in its place? (The example has it.)
    address_without_id: L["refused", "replaces"] = "refused"
    # Is `userType` required on POST /employee? (Recorded; off for clients that cannot send it.)
    user_type_on_post: L["required", "optional"] = "required"
    # Does `userType` on PUT give or take away system access?
    user_type_on_put: L["ignored", "stored"] = "ignored"
    # What does GET /employee/employment without `employeeId` answer: everybody's, nobody's, or 422/15000?
    employments_without_employee: L["listed", "empty", "refused"] = "listed"
    # Does a 429 carry `Retry-After`? (Some clients read it; it is documented nowhere, and no reset header is there.)
    retry_after: bool = False
    # Do the names of entitlements say what they are about? (Tripletex publishes none, and calls them free to change.)
    entitlement_names: L["descriptive", "opaque"] = "descriptive"
    # Do the tokens see salary values (bank account and its neighbours)?
    salary_rights: bool = True
    # How do values look that a token may not see: are they missing (published: "missing fields"), or empty?
    salary_hidden: L["left_out", "empty"] = "left_out"
    # Must the target of a webhook be https? (Documented; off to receive on a plain local port.)
    webhooks_need_https: bool = True
    # The most rows a query may find, owners of the tokens not counted.
    result_ceiling: int = 10_000

    def changed(self, changes: dict[str, Any]) -> "Switches":
        """A copy with `changes`; raises ValueError with a sentence for an unknown name or value."""
        return replace(self, **{name: _checked(name, value) for name, value in changes.items()})


_HINTS = get_type_hints(Switches)


def _checked(name: str, value: Any) -> Any:
    if name not in _HINTS:
        raise ValueError(f"There is no switch {name!r}. There are: {', '.join(f.name for f in fields(Switches))}.")
    hint = _HINTS[name]
    if hint is bool:
        return _yes_or_no(name, value)
    if hint is int:
        return _count(name, value)
    if str(value) not in get_args(hint):
        raise ValueError(f"The switch {name} takes one of {', '.join(get_args(hint))}, not {value!r}.")
    return str(value)


def _yes_or_no(name: str, value: Any) -> bool:
    words = {"true": True, "false": False}
    if str(value).lower() not in words:
        raise ValueError(f"The switch {name} takes true or false, not {value!r}.")
    return words[str(value).lower()]


def _count(name: str, value: Any) -> int:
    if isinstance(value, bool) or not str(value).isdigit():
        raise ValueError(f"The switch {name} takes a whole number from 0, not {value!r}.")
    return int(value)
