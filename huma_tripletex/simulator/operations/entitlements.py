"""`/employee/entitlement`: what the owner of a token may do. The names are made up; Tripletex publishes none."""

from huma_tripletex.simulator.call import Call
from huma_tripletex.simulator.catalogue import blank
from huma_tripletex.simulator.messages import Response
from huma_tripletex.simulator.refusals import BAD_FORMAT, Problem, forbidden, invalid, not_found
from huma_tripletex.simulator.routing import Route
from huma_tripletex.simulator.shapes import Row

BY_RIGHTS = {
    "all": ("AUTH_LOGIN", "AUTH_EMPLOYEE_READ", "AUTH_EMPLOYEE_ADMIN", "ROLE_ADMINISTRATOR"),
    "read": ("AUTH_LOGIN", "AUTH_EMPLOYEE_READ"),
    "none": ("AUTH_LOGIN",),
}
SALARY = "AUTH_WAGE_ADMIN"
NUMBERS = {"AUTH_LOGIN": 1, "AUTH_EMPLOYEE_READ": 2, "AUTH_EMPLOYEE_ADMIN": 3, "ROLE_ADMINISTRATOR": 4, SALARY: 5}
BY_TEMPLATE = {
    "NONE_PRIVILEGES": (),
    "ALL_PRIVILEGES": (*BY_RIGHTS["all"], SALARY),
    "INVOICING_MANAGER": ("AUTH_LOGIN",),
    "PERSONELL_MANAGER": ("AUTH_LOGIN", "AUTH_EMPLOYEE_READ", "AUTH_EMPLOYEE_ADMIN", SALARY),
    "ACCOUNTANT": ("AUTH_LOGIN", "AUTH_EMPLOYEE_READ", SALARY),
    "AUDITOR": ("AUTH_LOGIN", "AUTH_EMPLOYEE_READ"),
    "DEPARTMENT_LEADER": ("AUTH_LOGIN", "AUTH_EMPLOYEE_READ"),
}


def _list(call: Call) -> Response:
    return call.many("Entitlement", _entitlements(call, _asked_employee(call)))


def _read(call: Call) -> Response:
    for row in _entitlements(call, call.numbers[0] // 10):
        if row["id"] == call.numbers[0]:
            return call.one("Entitlement", row)
    raise not_found()


def _of_clients(call: Call) -> Response:
    return call.many("Entitlement", [])


def _grant(call: Call) -> Response:
    call.need("employeeId", "template")
    if call.text("template") not in BY_TEMPLATE:
        raise invalid(Problem("template", BAD_FORMAT))
    employee = call.row("Employee", _asked_employee(call))
    for row in call.company.child_rows("Entitlement", employee["id"]):
        call.company.drop("Entitlement", row["id"])
    for row in _rows(employee["id"], BY_TEMPLATE[call.text("template")]):
        call.company.put("Entitlement", row)
    return Response(200)


def _asked_employee(call: Call) -> int:
    asked = call.number("employeeId")
    return call.token.owner_id if asked is None else asked


def _entitlements(call: Call, employee_id: int) -> list[Row]:
    if employee_id != call.token.owner_id and call.token.rights == "none":
        raise forbidden()
    rows = _named(call, employee_id)
    if call.switches.entitlement_names == "descriptive":
        return rows
    return [{**row, "name": f"RETT_{row['entitlementId']}"} for row in rows]


def _named(call: Call, employee_id: int) -> list[Row]:
    if granted := call.company.child_rows("Entitlement", employee_id):
        return granted
    for token in call.world.tokens.values():
        if token.owner_id == employee_id:
            salary = (SALARY,) if call.switches.salary_rights and token.rights != "none" else ()
            return _rows(employee_id, (*BY_RIGHTS[token.rights], *salary))
    return []


def _rows(employee_id: int, names: tuple[str, ...]) -> list[Row]:
    return [
        blank(
            "Entitlement",
            id=employee_id * 10 + NUMBERS[name],
            employee=employee_id,
            name=name,
            entitlementId=NUMBERS[name],
        )
        for name in names
    ]


ROUTES = (
    Route("GET", "employee/entitlement", _list, "login"),
    Route("GET", "employee/entitlement/client", _of_clients, "login"),
    Route("GET", "employee/entitlement/{id}", _read, "login"),
    Route("PUT", "employee/entitlement/:grantEntitlementsByTemplate", _grant, "write"),
)
