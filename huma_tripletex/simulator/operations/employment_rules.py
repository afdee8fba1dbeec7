"""The rules for an employment: dates, division, date of birth, end reason, overlaps."""

from typing import Any

from huma_tripletex.simulator.call import Call
from huma_tripletex.simulator.refusals import REQUIRED, Problem, invalid
from huma_tripletex.simulator.shapes import Row

NEEDS_DIVISION = "Arbeidsforholdet må knyttes til en virksomhet/underenhet."
IS_LEGAL_UNIT = "Det er ikke mulig å knytte arbeidsforholdet til den juridiske enheten."
OVERLAP = "Overlappende perioder."
TWICE = "Finnes fra før."
BEFORE_START = "Dato på lønnsraden er før arbeidsforholdets startdato."


def check(call: Call, employee: Row, values: dict[str, Any], old: Row | None = None) -> None:
    """Refuse an employment that breaks a rule; `old` is what it was before an update."""
    others = [
        row for row in call.company.child_rows("Employment", employee["id"]) if old is None or row["id"] != old["id"]
    ]
    problems = _problems(call, employee, values, others)
    if old is None:
        problems += _nested_details(values)
    elif not problems:
        problems = _start_after_details(call, old, values)
    if problems:
        raise invalid(*problems)


def check_all_new(call: Call, employee: Row, employments: list[dict[str, Any]], place: int | None) -> None:
    """The same for employments nested in a new employee; fields then name the nesting, and in a list paths."""
    problems = []
    for number, values in enumerate(employments):
        others = employments[:number]
        for problem in (*_problems(call, employee, values, others), *_nested_details(values)):
            path = None if place is None else f"[{place}].employments[{number}].{problem.path or problem.field}"
            problems.append(Problem(f"employments.{problem.field}", problem.message, path, place))
    if problems:
        raise invalid(*problems)


def _problems(call: Call, employee: Row, values: dict[str, Any], others: list[Row]) -> list[Problem]:
    """All at once, as recorded."""
    problems = [] if employee["dateOfBirth"] else [Problem("employee.dateOfBirth", REQUIRED)]
    return [*problems, *_end(call, values), *_overlaps(call, values, others), *_division(call, values)]


def _division(call: Call, values: dict[str, Any]) -> list[Problem]:
    division = values.get("division")
    if division is None:
        return [Problem("division.id", NEEDS_DIVISION)] if call.company.rows("Division") else []
    if isinstance(division, dict) and division.get("id") == call.company.id:
        return [Problem("division.id", IS_LEGAL_UNIT)]
    return []


def _end(call: Call, values: dict[str, Any]) -> list[Problem]:
    end = values.get("endDate")
    if not end:
        return []
    if end < values["startDate"]:
        return [Problem("endDate", "Sluttdato kan ikke være før startdato.")]
    if call.switches.end_reason == "required" and not values.get("employmentEndReason"):
        return [Problem("employmentEndReason", REQUIRED)]
    return []


def _overlaps(call: Call, values: dict[str, Any], others: list[Row]) -> list[Problem]:
    if call.switches.overlapping_employments == "accepted":
        return []
    start, end = values["startDate"], values.get("endDate") or "9999-12-31"
    for other in others:
        if (other.get("startDate") or "") <= end and start <= (other.get("endDate") or "9999-12-31"):
            return [Problem("startDate", OVERLAP)]
    return []


def _start_after_details(call: Call, old: Row, values: dict[str, Any]) -> list[Problem]:
    """The start may not move past the second row of details."""
    dates = sorted(row["date"] or "" for row in call.company.child_rows("EmploymentDetails", old["id"]))
    if len(dates) > 1 and values["startDate"] > dates[1]:
        return [Problem("startDate", "Startdato kan ikke være etter dato på lønnsrad nummer to.")]
    return []


def _nested_details(values: dict[str, Any]) -> list[Problem]:
    """Details that come along with their employment; without a date they count from its start."""
    problems, dates = [], set()
    for number, detail in enumerate(values.get("employmentDetails") or []):
        date = detail.get("date") or values["startDate"]
        if message := BEFORE_START if date < values["startDate"] else TWICE if date in dates else "":
            problems.append(Problem("employmentDetails.date", message, f"employmentDetails[{number}].date"))
        dates.add(date)
    return problems
