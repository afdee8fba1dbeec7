"""Reasons for what Tripletex refused. Its own words are in the customer's language and are not kept; these are ours."""

from __future__ import annotations

from typing import Final

from huma_tripletex.core.reason import N_, Reason

REASONS: Final = (
    Reason(
        "rejected",
        N_("Tripletex does not accept what Huma has for {name}, and does not say which value it is about."),
        N_("Compare {name} in both systems. If nothing is wrong in Huma, make the change in Tripletex and sync again."),
    ),
    Reason(
        "account_rejected",
        N_("Tripletex does not accept the bank account number of {name}."),
        N_("Ask {name} for the right number and correct it in Huma: it is then sent by itself."),
    ),
    Reason(
        "phone_rejected",
        N_("Tripletex does not accept the phone number of {name}."),
        N_("Correct the phone number in Huma, with the country code if it is a foreign one."),
    ),
    Reason(
        "name_rejected",
        N_("Tripletex does not accept the name of {name}."),
        N_("Look for signs in the name that do not belong there, and correct it in Huma."),
    ),
    Reason(
        "employee_id_taken",
        N_("Tripletex does not accept the employee ID of {name}: most likely somebody else there has it already."),
        N_("Find out who has the employee ID in Tripletex, and give one of the two another one."),
    ),
    Reason(
        "email_taken",
        N_("Tripletex does not accept the email address of {name}: somebody else has it, or it is not written right."),
        N_("Correct the email address in Huma, or let new people be without access to Tripletex in the settings."),
    ),
    Reason(
        "email_missing",
        N_("{name} is to have access to Tripletex, which needs an email address, and Huma has none."),
        N_("Enter the email address in Huma, or let new people be without access to Tripletex in the settings."),
    ),
    Reason(
        "user_type_rejected",
        N_("Tripletex does not accept the kind of access that new people are to have."),
        N_("Choose another kind of access in the settings of the integration."),
    ),
    Reason(
        "date_of_birth_locked",
        N_("Tripletex no longer lets the date of birth of {name} be changed, as it does after the first a-melding."),
        N_("If Tripletex is right, correct Huma. If Huma is right, ask Tripletex to correct it."),
    ),
    Reason(
        "date_of_birth_rejected",
        N_("Tripletex does not accept the date of birth of {name}: it is wrong, or locked since the first a-melding."),
        N_("Compare the date of birth of {name} in both systems, and correct Huma if Tripletex is right."),
    ),
    Reason(
        "first_workday_rejected",
        N_("Tripletex does not accept the first workday of {name}: pay or hours may be registered before it."),
        N_("Correct the first workday in Huma, or the employment of {name} in Tripletex."),
    ),
    Reason(
        "last_workday_rejected",
        N_("Tripletex does not accept the last workday of {name}."),
        N_("Compare the employment of {name} in Tripletex with the workdays in Huma, and correct the wrong one."),
    ),
    Reason(
        "end_reason_rejected",
        N_("Tripletex does not accept the reason that is given when an employment ends."),
        N_("Choose another reason in the settings of the integration, and try again."),
    ),
    Reason(
        "division_missing",
        N_("Tripletex wants to know in which division (virksomhet) {name} works."),
        N_("Choose a division for new people in the settings of the integration, and try again."),
    ),
    Reason(
        "department_missing",
        N_("Tripletex wants to know in which department (avdeling) {name} works."),
        N_("Choose a department for new people in the settings of the integration, and try again."),
    ),
    Reason(
        "locked_in_tripletex",
        N_("Tripletex has locked {name} against changes for now."),
        N_("Try again later. If it stays locked, look at {name} in Tripletex."),
    ),
    Reason(
        "exists_already",
        N_("Tripletex says that it has {name} already."),
        N_("Press Sync users, so that both systems are compared and {name} can be matched."),
    ),
)
