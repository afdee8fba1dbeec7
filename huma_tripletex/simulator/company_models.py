"""The models around a company: departments, divisions, countries, tokens, subscriptions."""

from huma_tripletex.simulator.shapes import Field, Model, choice, date, entity, flag, one, text, whole

COMPANY_TYPES = "NONE ENK AS NUF ANS DA PRE KS ASA BBL"
SUBSCRIPTION_STATES = "ACTIVE DISABLED DISABLED_TOO_MANY_ERRORS DISABLED_RATE_LIMIT_EXCEEDED DISABLED_MISUSE"
_COMPANY_FIELDS = (
    text("name"),
    text("displayName", writable=False),
    date("startDate"),
    date("endDate"),
    text("organizationNumber"),
    text("email"),
    text("phoneNumber"),
    text("phoneNumberMobile"),
    text("faxNumber"),
    one("address", "Address"),
    choice("type", COMPANY_TYPES, empty="AS"),
    one("currency", "Currency", writable=False),
    flag("accountantOrSimilar", writable=False),
    choice("companyMigration", "NONE AGRO", empty="NONE", writable=False),
    flag("invoiceShowDeliveryDate", writable=False),
)
COMPANY = entity("Company", "company", *_COMPANY_FIELDS)
CLIENT = entity("Client", "company", *_COMPANY_FIELDS, whole("customerCompanyId", writable=False))
DEPARTMENT = entity(
    "Department",
    "department",
    text("name"),
    text("departmentNumber"),
    one("departmentManager", "Employee"),
    text("displayName", writable=False),
    flag("isInactive"),
    whole("businessActivityTypeId", writable=False),
)
DIVISION = entity(
    "Division",
    "division",
    text("displayName", writable=False),
    text("name"),
    date("startDate"),
    date("endDate"),
    text("organizationNumber"),
    date("municipalityDate"),
    one("municipality", "Municipality"),
)
MUNICIPALITY = entity(
    "Municipality",
    "municipality",
    text("number", writable=False),
    text("name", writable=False),
    text("county", writable=False),
    text("payrollTaxZone", writable=False),
    text("displayName", writable=False),
)
COUNTRY = entity(
    "Country",
    "country",
    text("name", writable=False),
    text("displayName", writable=False),
    text("isoAlpha2Code", writable=False),
    text("isoAlpha3Code", writable=False),
    text("isoNumericCode", writable=False),
)
CURRENCY = entity(
    "Currency",
    "currency",
    text("code"),
    text("description"),
    whole("factor"),
    text("displayName"),
    flag("isDisabled"),
)
ADDRESS = entity(
    "Address",
    "address",
    text("addressLine1"),
    text("addressLine2"),
    text("postalCode"),
    text("city"),
    one("country", "Country"),
    text("displayName", writable=False),
    text("addressAsString", writable=False),
    text("displayNameInklMatrikkel", writable=False),
    *(whole(name) for name in ("knr", "gnr", "bnr", "fnr", "snr")),
    text("unitNumber"),
)
API_CONSUMER = entity("ApiConsumer", "apiConsumer", text("consumerName"), text("emails"))
CONSUMER_TOKEN_MODEL = entity(
    "ConsumerToken", "token/consumer", one("apiConsumer", "ApiConsumer"), text("token"), date("expirationDate")
)
EMPLOYEE_TOKEN_MODEL = entity(
    "EmployeeToken",
    "token/employee",
    one("employee", "Employee"),
    one("apiConsumer", "ApiConsumer"),
    text("token"),
    date("expirationDate"),
)
SESSION_TOKEN_MODEL = entity(
    "SessionToken",
    "token/session",
    one("consumerToken", "ConsumerToken"),
    one("employeeToken", "EmployeeToken"),
    date("expirationDate"),
    text("token"),
    Field("encryptionKey", "text", writable=False),
)
LOGGED_IN = Model(
    "LoggedInUserInfo",
    "",
    (
        whole("employeeId"),
        whole("actualEmployeeId"),
        one("employee", "Employee"),
        whole("companyId"),
        one("company", "Company"),
        text("language"),
        flag("loggedInWithConnect"),
        flag("employeeIsProxy"),
    ),
)
SUBSCRIPTION = entity(
    "Subscription",
    "event/subscription",
    text("event"),
    text("targetUrl"),
    text("fields"),
    choice("status", SUBSCRIPTION_STATES, empty="ACTIVE"),
    text("authHeaderName"),
    Field("authHeaderValue", "text", write_only=True),
    Field("hmacSharedSecret", "text", write_only=True),
)
COMPANY_MODELS = (
    COMPANY,
    CLIENT,
    DEPARTMENT,
    DIVISION,
    MUNICIPALITY,
    COUNTRY,
    CURRENCY,
    ADDRESS,
    API_CONSUMER,
    CONSUMER_TOKEN_MODEL,
    EMPLOYEE_TOKEN_MODEL,
    SESSION_TOKEN_MODEL,
    LOGGED_IN,
    SUBSCRIPTION,
)
