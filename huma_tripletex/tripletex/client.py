"""Tripletex, as much of it as keeping employees needs. Every method makes its calls at once and answers with
shapes, or raises one of `huma_tripletex.errors.TripletexError`. One object serves several threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Self

import httpx

from huma_tripletex.tripletex import reading
from huma_tripletex.tripletex.budget import Budget
from huma_tripletex.tripletex.calls import Answer, Ask, OnCall
from huma_tripletex.tripletex.census import Progress, list_employees
from huma_tripletex.tripletex.listing import EMPLOYEE_FIELDS, EMPLOYMENT_FIELDS, Lists
from huma_tripletex.tripletex.login import Login, authorization
from huma_tripletex.tripletex.reading import Form, Found, read_list, read_one, read_same
from huma_tripletex.tripletex.refusals import accept, unreadable
from huma_tripletex.tripletex.session import Session, SessionSource
from huma_tripletex.tripletex.shapes import (
    Company,
    Country,
    Department,
    Division,
    Employee,
    Employment,
    Entitlement,
    WhoAmI,
)
from huma_tripletex.tripletex.wire import Timeouts, Wire

IDS_AT_ONCE: Final = 500
"""So many ids, of up to ten digits, stay below the 8 KB that servers commonly take for the line of a request."""
WHO_AM_I_FIELDS = "employeeId,actualEmployeeId,companyId,language,company(id,name),employee(id,firstName,lastName)"


class Tripletex:
    """`session` is one kept from earlier, `on_session` hears of each new one (in the thread that made it, before
    its first use).

    `budget` is by default the one that this process keeps for the source's credentials, and `patience`, the longest
    that a call waits for it in seconds, its own. `on_call` hears of every exchange; it must not raise.
    """

    def __init__(
        self,
        base_url: str,
        source: SessionSource,
        *,
        session: Session | None = None,
        on_session: Callable[[Session], None] | None = None,
        budget: Budget | None = None,
        patience: float | None = None,
        on_call: OnCall | None = None,
        transport: httpx.BaseTransport | None = None,
        timeouts: Timeouts | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._wire = Wire(
            base_url,
            budget=budget or Budget.for_token(source.fingerprint),
            transport=transport,
            timeouts=timeouts,
            on_call=on_call,
            patience=patience,
        )
        self._login = Login(source, session, on_session, clock)
        self._lists = Lists(self._accepted)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the connections; the session stays valid."""
        self._wire.close()

    def close_session(self) -> None:
        """Ends the session in Tripletex, if there is one."""
        session = self._login.given_up()
        if session is not None:
            self.end_session(session)

    def end_session(self, session: Session) -> None:
        """Ends any session of the same token in Tripletex."""
        # Tripletex wants the token in the path; our paths never reach a log
        answer = self._wire.send(Ask.delete("/token/session/{token}", session.token), authorization(session))
        if answer.status not in (401, 404):  # those say that it has ended already
            accept(answer)

    def who_am_i(self) -> WhoAmI:
        """Whose token this is, and in which company it works."""
        answer = self._accepted(Ask.read("/token/session/>whoAmI", fields=WHO_AM_I_FIELDS))
        return read_one(answer, reading.WHO_AM_I)

    def entitlements(self, employee_id: int) -> tuple[Entitlement, ...]:
        """The rights of an employee."""
        return self._list(
            reading.ENTITLEMENT, Ask.read("/employee/entitlement", fields="id,name", employeeId=employee_id)
        )

    def company(self, company_id: int) -> Company:
        """A company."""
        return self._one(
            reading.COMPANY, Ask.read("/company/{id}", company_id, fields="id,name,organizationNumber"), company_id
        )

    def departments(self) -> tuple[Department, ...]:
        """All departments, inactive ones included."""
        return self._list(reading.DEPARTMENT, Ask.read("/department", fields="id,name,departmentNumber,isInactive"))

    def divisions(self) -> tuple[Division, ...]:
        """All divisions."""
        return self._list(reading.DIVISION, Ask.read("/division", fields="id,name,displayName"))

    def countries(self) -> tuple[Country, ...]:
        """All countries."""
        return self._list(reading.COUNTRY, Ask.read("/country", fields="id,isoAlpha2Code"))

    def employees(self, progress: Progress | None = None) -> tuple[Employee, ...]:
        """All employees with their employments, ordered by id. `progress` hears after each page how many there are
        so far.

        Raises TooManyResults when there are more than 10,000 and no way to list them in pieces.
        """
        return list_employees(self._lists, progress)

    def employee(self, employee_id: int) -> Employee:
        """An employee with employments."""
        return self._one(reading.EMPLOYEE, Ask.read("/employee/{id}", employee_id, fields=EMPLOYEE_FIELDS), employee_id)

    def employees_with_ids(self, employee_ids: Iterable[int]) -> tuple[Employee, ...]:
        """These employees with their employments, as far as they are there; `IDS_AT_ONCE` in a call."""
        wanted = sorted(set(employee_ids))
        parts = [wanted[first : first + IDS_AT_ONCE] for first in range(0, len(wanted), IDS_AT_ONCE)]
        asks = (Ask.read("/employee", fields=EMPLOYEE_FIELDS, id=",".join(map(str, part))) for part in parts)
        return tuple(found for ask in asks for found in self._list(reading.EMPLOYEE, ask))

    def find_employees(
        self, *, employee_number: str = "", email: str = "", first_name: str = "", last_name: str = ""
    ) -> tuple[Employee, ...]:
        """Employees for whom all that is given holds. Only the number is compared as a whole; of the others,
        Tripletex lists whoever has the text somewhere in it.
        """
        given = {"employeeNumber": employee_number, "email": email, "firstName": first_name, "lastName": last_name}
        ask = Ask.read("/employee", fields=EMPLOYEE_FIELDS, **{name: text for name, text in given.items() if text})
        something = any(given.values())
        del given, employee_number, email, first_name, last_name  # no traceback is to show them
        if not something:
            raise ValueError("find_employees needs something to look for")
        return self._list(reading.EMPLOYEE, ask)

    def employments(self, employee_id: int) -> tuple[Employment, ...]:
        """The employments of an employee."""
        return self._list(
            reading.EMPLOYMENT, Ask.read("/employee/employment", fields=EMPLOYMENT_FIELDS, employeeId=employee_id)
        )

    def create_employee(self, body: Mapping[str, Any]) -> Employee:
        """A new employee. `body` is Tripletex's Employee without id and version."""
        ask = Ask.write("POST", "/employee", dict(body))
        del body  # no traceback is to show it
        return read_one(self._accepted(ask), reading.WRITTEN_EMPLOYEE)

    def create_employees(self, bodies: Iterable[Mapping[str, Any]]) -> tuple[Employee, ...]:
        """New employees in one call, answered in the order of `bodies`. After an error some may exist: whether
        Tripletex makes all or none is not documented.
        """
        wanted = [dict(body) for body in bodies]
        count, ask = len(wanted), Ask.write("POST", "/employee/list", wanted)
        del bodies, wanted  # no traceback is to show them
        if not count:
            return ()
        answer = self._accepted(ask)
        made = read_list(answer, reading.WRITTEN_EMPLOYEE)
        if len(made) != count:
            raise unreadable(answer, f"{len(made)} employees for {count}")
        return made

    def update_employee(self, employee_id: int, body: Mapping[str, Any]) -> Employee:
        """Changes what `body` names; it holds id, version and dateOfBirth as well. Raises VersionConflict if
        somebody was faster.
        """
        ask = Ask.write("PUT", "/employee/{id}", dict(body), employee_id)
        del body
        return self._one(reading.WRITTEN_EMPLOYEE, ask, employee_id)

    def create_employment(self, body: Mapping[str, Any]) -> Employment:
        """A new employment. `body` is Tripletex's Employment without id and version."""
        ask = Ask.write("POST", "/employee/employment", dict(body))
        del body
        return read_one(self._accepted(ask), reading.EMPLOYMENT)

    def update_employment(self, employment_id: int, body: Mapping[str, Any]) -> Employment:
        """Changes what `body` names; it holds id and version as well. Raises VersionConflict if somebody was
        faster.
        """
        ask = Ask.write("PUT", "/employee/employment/{id}", dict(body), employment_id)
        del body
        return self._one(reading.EMPLOYMENT, ask, employment_id)

    def _one(self, form: Form[Found], ask: Ask, key: int) -> Found:
        return read_same(self._accepted(ask), form, key)

    def _list(self, form: Form[Found], ask: Ask) -> tuple[Found, ...]:
        return self._lists.all(form, ask)

    def _accepted(self, ask: Ask) -> Answer:
        """The answer to a call that may need a new session: a 401 has done nothing, so the call is made once more, and
        once again where the session was another's and had ended as well.
        """
        session = self._login.current()
        answer = self._wire.send(ask, authorization(session))
        for _ in range(2):
            if answer.status != 401:
                break
            session = self._login.renewed(session)
            answer = self._wire.send(ask, authorization(session))
            if not session.found:
                break
        return accept(answer)
