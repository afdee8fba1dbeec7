"""The models around an employee, field by field as the specification has them and as they read when unset."""

from huma_tripletex.simulator.shapes import (
    Field,
    Model,
    choice,
    date,
    entity,
    flag,
    many,
    number,
    one,
    part,
    text,
    whole,
)

USER_TYPES = "STANDARD EXTENDED NO_ACCESS"
END_REASONS = (
    "EMPLOYMENT_END_EXPIRED EMPLOYMENT_END_EMPLOYEE EMPLOYMENT_END_EMPLOYER EMPLOYMENT_END_WRONGLY_REPORTED "
    "EMPLOYMENT_END_SYSTEM_OR_ACCOUNTANT_CHANGE EMPLOYMENT_END_INTERNAL_CHANGE"
)
TAX_CODES = (
    "loennFraHovedarbeidsgiver loennFraBiarbeidsgiver pensjon loennTilUtenrikstjenestemann "
    "loennKunTrygdeavgiftTilUtenlandskBorger loennKunTrygdeavgiftTilUtenlandskBorgerSomGrensegjenger "
    "introduksjonsstoenad ufoereytelserFraAndre"
)
EMPLOYMENT_TYPES = "ORDINARY MARITIME FREELANCE NOT_CHOSEN"
EMPLOYMENT_FORMS = "PERMANENT TEMPORARY PERMANENT_AND_HIRED_OUT TEMPORARY_AND_HIRED_OUT TEMPORARY_ON_CALL NOT_CHOSEN"
REMUNERATION_TYPES = "MONTHLY_WAGE HOURLY_WAGE COMMISION_PERCENTAGE FEE NOT_CHOSEN PIECEWORK_WAGE"
WORKING_HOURS = "NOT_SHIFT ROUND_THE_CLOCK SHIFT_365 OFFSHORE_336 CONTINUOUS OTHER_SHIFT NOT_CHOSEN"
LEAVE_TYPES = (
    "LEAVE_OF_ABSENCE FURLOUGH PARENTAL_BENEFITS MILITARY_SERVICE EDUCATIONAL COMPASSIONATE "
    "OTHER_NOT_STATUTORILY_REQUIRED OTHER_STATUTORILY_REQUIRED EDUCATIONAL_NOT_STATUTORILY_REQUIRED "
    "EDUCATIONAL_STATUTORILY_REQUIRED"
)
FOREIGN_IDS = "PASSPORT_NO NATIONAL_INSURANCE_NO TAX_IDENTIFICATION_NO VALUE_ADDED_TAX_IDENTIFICATION_NO"

EMPLOYEE = entity(
    "Employee",
    "employee",
    text("firstName"),
    text("lastName"),
    text("displayName", writable=False),
    text("employeeNumber"),
    date("dateOfBirth"),
    text("email"),
    one("phoneNumberMobileCountry", "Country"),
    text("phoneNumberMobile"),
    text("phoneNumberHome"),
    text("phoneNumberWork"),
    text("nationalIdentityNumber"),
    text("dnumber"),
    part("internationalId", "InternationalId", intAmeldingType=None, country=None, number=""),
    text("bankAccountNumber", salary=True),
    text("iban", salary=True),
    text("bic", salary=True),
    whole("creditorBankCountryId", salary=True),
    flag("usesAbroadPayment"),
    choice("userType", USER_TYPES, write_only=True),
    flag("allowInformationRegistration", empty=True, writable=False),
    flag("isContact"),
    flag("isProxy", writable=False),
    text("comments"),
    one("address", "Address"),
    one("department", "Department"),
    many("employments", "Employment"),
    part("holidayAllowanceEarned", "HolidayAllowanceEarned", year=0, amount=0, basis=0, amountExtraHolidayWeek=0),
    one("employeeCategory", "EmployeeCategory"),
    flag("isAuthProjectOverviewURL", empty=True, writable=False),
    whole("pictureId", writable=False),
    whole("companyId", writable=False),
    flag("vismaConnect2FAactive", writable=False),
)
EMPLOYMENT = entity(
    "Employment",
    "employee/employment",
    one("employee", "Employee"),
    text("employmentId"),
    date("startDate"),
    date("endDate"),
    choice("employmentEndReason", END_REASONS),
    one("division", "Division"),
    date("lastSalaryChangeDate"),
    flag("noEmploymentRelationship"),
    flag("isMainEmployer", empty=True),
    Field(
        "taxDeductionCode",
        "choice",
        empty="loennFraHovedarbeidsgiver",
        choices=(*TAX_CODES.split(), ""),
    ),
    many("employmentDetails", "EmploymentDetails"),
    flag("isRemoveAccessAtEmploymentEnded"),
    one("latestSalary", "EmploymentDetails", writable=False),
)
EMPLOYMENT_DETAILS = entity(
    "EmploymentDetails",
    "employee/employment/details",
    one("employment", "Employment"),
    date("date"),
    choice("employmentType", EMPLOYMENT_TYPES, empty="NOT_CHOSEN"),
    choice("employmentForm", EMPLOYMENT_FORMS, empty="NOT_CHOSEN"),
    part("maritimeEmployment", "MaritimeEmployment"),
    choice("remunerationType", REMUNERATION_TYPES, empty="NOT_CHOSEN"),
    choice("workingHoursScheme", WORKING_HOURS, empty="NOT_CHOSEN"),
    number("shiftDurationHours"),
    one("occupationCode", "OccupationCode"),
    number("percentageOfFullTimeEquivalent"),
    number("annualSalary"),
    number("hourlyWage"),
    one("payrollTaxMunicipalityId", "Municipality"),
    number("monthlySalary", writable=False),
)
LEAVE_OF_ABSENCE = entity(
    "LeaveOfAbsence",
    "employee/employment/leaveOfAbsence",
    one("employment", "Employment"),
    text("importedLeaveOfAbsenceId"),
    date("startDate"),
    date("endDate"),
    number("percentage"),
    flag("isWageDeduction"),
    choice("type", LEAVE_TYPES),
)
ENTITLEMENT = entity(
    "Entitlement",
    "employee/entitlement",
    one("employee", "Employee"),
    text("name", writable=False),
    whole("entitlementId"),
    one("customer", "Company"),
)
OCCUPATION_CODE = entity("OccupationCode", "employee/employment/occupationCode", text("nameNO"), text("code"))
EMPLOYEE_CATEGORY = entity(
    "EmployeeCategory",
    "employee/category",
    text("displayName"),
    text("name"),
    text("number"),
    text("description"),
)
INTERNATIONAL_ID = Model(
    "InternationalId",
    "",
    (choice("intAmeldingType", FOREIGN_IDS), one("country", "Country"), text("number")),
)
HOLIDAY_ALLOWANCE = Model(
    "HolidayAllowanceEarned",
    "",
    (whole("year"), number("amount"), number("basis"), number("amountExtraHolidayWeek")),
)
MARITIME_EMPLOYMENT = Model(
    "MaritimeEmployment",
    "",
    (
        text("fartoeyId"),
        date("paamoenstringsdato"),
        date("avmoenstringsdato"),
        whole("antallTimerPerYrkeskodePerMoenstring"),
        choice("shipRegister", "NIS NOR FOREIGN"),
        choice("shipType", "OTHER DRILLING_PLATFORM TOURIST"),
        choice("tradeArea", "DOMESTIC FOREIGN"),
    ),
)
LOOKUPS = {
    "EmploymentType": ("employmentType", EMPLOYMENT_TYPES),
    "RemunerationType": ("remunerationType", REMUNERATION_TYPES),
    "WorkingHoursScheme": ("workingHoursScheme", WORKING_HOURS),
    "LeaveOfAbsenceType": ("leaveOfAbsenceType", LEAVE_TYPES),
}
LOOKUP_MODELS = tuple(
    entity(name, f"employee/employment/{field}", choice(field, choices), text("nameNO"), text("code"))
    for name, (field, choices) in LOOKUPS.items()
)
PEOPLE_MODELS = (
    EMPLOYEE,
    EMPLOYMENT,
    EMPLOYMENT_DETAILS,
    LEAVE_OF_ABSENCE,
    ENTITLEMENT,
    OCCUPATION_CODE,
    EMPLOYEE_CATEGORY,
    INTERNATIONAL_ID,
    HOLIDAY_ALLOWANCE,
    MARITIME_EMPLOYMENT,
    *LOOKUP_MODELS,
)
