"""Reasons known before any call: Tripletex could never hold this value, or not without another one."""

from __future__ import annotations

from typing import Final

from huma_tripletex.core.reason import N_, Reason

REASONS: Final = (
    Reason(
        "name_empty",
        N_("{name} lacks a given name or a family name, and Tripletex takes nobody without both."),
        N_("Enter both names in Huma."),
    ),
    Reason(
        "name_too_long",
        N_("A name of {name} is longer than the 100 characters that Tripletex takes."),
        N_("Shorten the name in Huma."),
    ),
    Reason(
        "date_of_birth_missing",
        N_("Huma has no date of birth for {name}, and Tripletex takes nobody without one."),
        N_("Enter the date of birth in Huma."),
    ),
    Reason(
        "first_workday_missing",
        N_("Huma has no first workday for {name}, and an employment in Tripletex cannot be without one."),
        N_("Enter the first workday in Huma."),
    ),
    Reason(
        "account_invalid",
        N_("The bank account number that Huma has for {name} is not valid. It is 11 digits with a check digit."),
        N_("Ask {name} for the right number and correct it in Huma."),
    ),
    Reason(
        "phone_invalid",
        N_("What Huma has as the phone number of {name} is not a phone number."),
        N_("Correct the phone number in Huma."),
    ),
    Reason(
        "phone_not_eight",
        N_("Tripletex takes Norwegian phone numbers of eight digits, and the one that Huma has for {name} is not one."),
        N_("Enter a number of eight digits in Huma."),
    ),
    Reason(
        "phone_extension",
        N_("The phone number that Huma has for {name} has an extension, which Tripletex cannot keep."),
        N_("Enter a direct number in Huma."),
    ),
    Reason(
        "date_invalid",
        N_("The {field} of {name} is not a date."),
        N_("Correct the date."),
    ),
    Reason(
        "workdays_reversed",
        N_("The last workday of {name} is before the first workday."),
        N_("Correct one of the two in Huma."),
    ),
    Reason(
        "first_workday_unclear",
        N_("The employment of {name} in Tripletex has ended, and the first workday in Huma does not begin a new one."),
        N_(
            "If {name} works here again, enter a first workday after the last one. "
            "Otherwise correct the employment in Tripletex."
        ),
    ),
    Reason(
        "last_workday_unclear",
        N_("The last workday in Huma is about another employment of {name} than the last one in Tripletex."),
        N_("Compare the first workday of {name} in both systems, and correct the wrong one."),
    ),
    Reason(
        "several_employments",
        N_("{name} has several employments in force in Tripletex, and Huma's workdays could be about any of them."),
        N_("End the employments in Tripletex that are over, or set the workdays there."),
    ),
    Reason(
        "employments_overlap",
        N_("With the first workday in Huma, the employment of {name} would begin before an earlier one ended."),
        N_("Correct the first workday in Huma, or the earlier employment in Tripletex."),
    ),
    Reason(
        "no_employment",
        N_("{name} has no employment in Tripletex."),
        N_("Synchronise the first workday of {name}, or add the employment in Tripletex."),
    ),
)
