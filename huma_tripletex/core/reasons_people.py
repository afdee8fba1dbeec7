"""Reasons about who is who: why a match is uncertain, and why somebody is on one side only."""

from __future__ import annotations

from typing import Final

from huma_tripletex.core.reason import N_, Reason

REASONS: Final = (
    Reason(
        "employee_id_contradicted",
        N_("{name} has the same employee ID as somebody in Tripletex who otherwise looks like another person."),
        N_("Say whether they are the same person. If not, give one of them another employee ID."),
    ),
    Reason(
        "employee_id_twice",
        N_("The employee ID of {name} is used more than once."),
        N_("Choose who {name} is, and give the others an employee ID of their own."),
    ),
    Reason(
        "email_contradicted",
        N_("{name} has the same email address as somebody in Tripletex who otherwise looks like another person."),
        N_("Say whether they are the same person."),
    ),
    Reason(
        "email_twice",
        N_("The email address of {name} is used by several people, and little else tells them apart."),
        N_("Choose who {name} is."),
    ),
    Reason(
        "name_and_birth_twice",
        N_("Several people have the name and the date of birth of {name}."),
        N_("Choose who {name} is. One person may be there twice."),
    ),
    Reason(
        "name_and_phone_twice",
        N_("Several people have the name and the phone number of {name}."),
        N_("Choose who {name} is. One person may be there twice."),
    ),
    Reason(
        "name_and_phone_contradicted",
        N_("{name} has the name and phone number of somebody in Tripletex who otherwise looks like another person."),
        N_("Say whether they are the same person."),
    ),
    Reason(
        "same_name",
        N_("Several people are called {name}, and nothing else tells them apart."),
        N_("Choose who {name} is. An employee ID or a date of birth on both sides would tell by itself."),
    ),
    Reason(
        "similar_name_and_birth",
        N_("Somebody in Tripletex was born on the same day as {name} and has a similar name."),
        N_("Say whether they are the same person."),
    ),
    Reason(
        "similar_name_and_account",
        N_("Somebody in Tripletex has the bank account number of {name} and a similar name."),
        N_("Say whether they are the same person."),
    ),
    Reason(
        "similar_name_and_phone",
        N_("Somebody in Tripletex has the phone number of {name} and a similar name."),
        N_("Say whether they are the same person."),
    ),
    Reason(
        "birth_and_account",
        N_("Somebody in Tripletex has the date of birth and the bank account number of {name}, and another name."),
        N_("Say whether they are the same person."),
    ),
    Reason(
        "birth_and_phone",
        N_("Somebody in Tripletex has the date of birth and the phone number of {name}, and another name."),
        N_("Say whether they are the same person."),
    ),
    Reason(
        "name_and_near_birth",
        N_("Somebody in Tripletex is called {name} and has nearly the same date of birth."),
        N_("Say whether they are the same person. If so, one of the dates is a mistake."),
    ),
    Reason(
        "similar_name",
        N_("Somebody in Tripletex has a name similar to {name}, and nothing tells them apart."),
        N_("Say whether they are the same person. A number or date of birth on both sides would tell by itself."),
    ),
    Reason(
        "may_be_in_huma",
        N_("{name} is one of many in Tripletex who may be the same people in Huma."),
        N_("Find out whether {name} is in Huma, and put them together by name. Add {name} only if nobody is there."),
    ),
    Reason(
        "name_only",
        N_("Somebody in Tripletex is called {name}, but nothing else says that they are the same person."),
        N_("Say whether they are the same person. A number or date of birth on both sides would tell by itself."),
    ),
    Reason(
        "left_tripletex",
        N_("{name} was in Tripletex at the last sync and is not there now."),
        N_("Choose whether to add {name} to Tripletex again."),
    ),
    Reason(
        "employment_ended",
        N_("The last workday of {name} is over."),
        N_("Nothing to do, unless {name} is needed in both systems."),
    ),
    Reason(
        "may_be_unlisted",
        N_("The last workday of {name} is over. Tripletex may have {name} and not list people who have left."),
        N_("Look for {name} in Tripletex, and add {name} only if nobody is there."),
    ),
    Reason(
        "employee_taken",
        N_("The employee chosen for {name} belongs to somebody else already."),
        N_("Choose another employee, or nobody."),
    ),
)
