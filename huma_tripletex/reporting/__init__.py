"""Reporting: what became of a run and how a connection is doing, told alike to the page, in mail, CSV and metrics."""

from huma_tripletex.reporting.as_csv import csv_of
from huma_tripletex.reporting.counting import Written, count
from huma_tripletex.reporting.differing import LeftPerson, is_try, left_fields, left_people
from huma_tripletex.reporting.differing_counts import Left, left_of, left_of_plan, people_left_of
from huma_tripletex.reporting.done import not_done, still_different
from huma_tripletex.reporting.headline import headline
from huma_tripletex.reporting.mail import send_due_mail
from huma_tripletex.reporting.metrics import metrics
from huma_tripletex.reporting.notices import send_notices, tell_concern
from huma_tripletex.reporting.people import Row, Side, called_in, rows
from huma_tripletex.reporting.report import RunReport, every_row, report
from huma_tripletex.reporting.status import Status, status, statuses

__all__ = [
    "Left",
    "LeftPerson",
    "Row",
    "RunReport",
    "Side",
    "Status",
    "Written",
    "called_in",
    "count",
    "csv_of",
    "every_row",
    "headline",
    "is_try",
    "left_fields",
    "left_of",
    "left_of_plan",
    "left_people",
    "metrics",
    "not_done",
    "people_left_of",
    "report",
    "rows",
    "send_due_mail",
    "send_notices",
    "status",
    "statuses",
    "still_different",
    "tell_concern",
]
