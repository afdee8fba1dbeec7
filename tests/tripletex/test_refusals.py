"""What an answer that is not a yes becomes: one error for each kind, with status, code, fields, request id and all of
Tripletex's own words kept, and none of them in what may be logged.
"""

from __future__ import annotations

import httpx
import pytest

from huma_tripletex import errors
from tests.tripletex.stub import REQUEST_ID, Stub, refusal

HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"
PROBLEM = {
    "field": "employeeNumber",
    "message": "Nummeret 0012 er i bruk.",
    "path": "null.employeeNumber",
    "rootId": None,
}


def asked(answer: httpx.Response) -> errors.TripletexError:
    with pytest.raises(errors.TripletexError) as caught:
        Stub({"PUT /employee/{id}": answer}).logged_in().update_employee(7, {"id": 7})
    return caught.value


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, 11000, errors.Invalid),
        (400, 1000, errors.Invalid),
        (401, 3000, errors.Unauthorised),
        (403, 9000, errors.Forbidden),
        (404, 6000, errors.NotFound),
        (405, 0, errors.Invalid),
        (409, 8000, errors.VersionConflict),
        (409, 7000, errors.Invalid),
        (409, 1000, errors.Invalid),
        (422, 18000, errors.Invalid),
        (422, 8000, errors.Invalid),
        (429, 0, errors.RateLimited),
        (500, 1000, errors.Unavailable),
        (503, 0, errors.Unavailable),
    ],
)
def test_status_and_code_make_the_kind(status: int, code: int, kind: type[errors.Refused]) -> None:
    error = asked(refusal(status, code, PROBLEM))
    assert type(error) is kind
    assert isinstance(error, errors.Refused)
    assert (error.status, error.code) == (status, code)
    assert error.operation == "PUT /employee/{id}"
    assert error.request_id == REQUEST_ID
    assert error.problems == (errors.FieldProblem("employeeNumber", "Nummeret 0012 er i bruk.", "null.employeeNumber"),)
    assert error.names("employeeNumber")


def test_the_sentence_has_the_field_and_none_of_tripletexs_words() -> None:
    error = asked(refusal(422, 18000, PROBLEM))
    assert str(error) == "PUT /employee/{id} was refused with status 422, code 18000, about employeeNumber"
    assert "0012" not in repr(error) + repr(error.problems)


def test_a_field_that_is_no_name_stays_out_of_the_sentence() -> None:
    error = asked(
        refusal(422, 18000, {"field": "Kari Nordmann\n", "message": "m"}, {"path": "employments[0].startDate"})
    )
    assert str(error).endswith("code 18000, about employments[0].startDate")
    assert error.names("startDate")  # type: ignore[attr-defined]


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_gateways_page_is_unavailable(status: int) -> None:
    error = asked(httpx.Response(status, html=HTML))
    assert type(error) is errors.Unavailable


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 422])
@pytest.mark.parametrize("content", [HTML.encode(), b"", b"[]", b"null", b'{"code": "x"}', b'{"code": 18000'])
def test_a_refusal_that_is_not_tripletexs_proves_nothing(status: int, content: bytes) -> None:
    """Else a proxy's HTML 404 would say that an employee is gone."""
    error = asked(httpx.Response(status, content=content))
    assert type(error) is errors.Unreadable
    assert error.status == status


@pytest.mark.parametrize(("status", "kind"), [(401, errors.Unauthorised), (429, errors.RateLimited)])
def test_some_statuses_speak_for_themselves(status: int, kind: type[errors.Refused]) -> None:
    assert type(asked(httpx.Response(status))) is kind


@pytest.mark.parametrize("status", [301, 302, 307, 308, 304, 202, 206, 299, 101])
def test_no_redirect_is_followed_and_no_other_yes_believed(status: int) -> None:
    stub = Stub({"PUT /employee/{id}": httpx.Response(status, json={}, headers={"Location": "http://evil.test/"})})
    with pytest.raises(errors.Unreadable) as caught:
        stub.logged_in().update_employee(7, {"id": 7})
    assert caught.value.status == status
    assert len(stub.transport.asked) == 1


def test_the_request_id_of_the_envelope_does_when_the_header_is_missing() -> None:
    answer = refusal(422, 18000)
    del answer.headers["x-tlx-request-id"]
    assert asked(answer).request_id == REQUEST_ID


def test_a_request_id_that_could_forge_a_log_line_is_dropped() -> None:
    answer = refusal(422, 18000, requestId="a\nERROR all employees deleted")
    del answer.headers["x-tlx-request-id"]
    assert asked(answer).request_id == ""


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (httpx.ConnectError, errors.NotSent),
        (httpx.ConnectTimeout, errors.NotSent),
        (httpx.PoolTimeout, errors.NotSent),
        (httpx.ProxyError, errors.NotSent),
        (httpx.UnsupportedProtocol, errors.NotSent),
        (httpx.ReadTimeout, errors.TimedOut),
        (httpx.WriteTimeout, errors.TimedOut),
        (httpx.ReadError, errors.AnswerLost),
        (httpx.WriteError, errors.AnswerLost),
        (httpx.CloseError, errors.AnswerLost),
        (httpx.RemoteProtocolError, errors.AnswerLost),
        (httpx.LocalProtocolError, errors.AnswerLost),
    ],
)
def test_no_answer_tells_whether_the_request_may_have_arrived(
    raised: type[Exception], kind: type[errors.NoAnswer]
) -> None:
    def reply(_: httpx.Request) -> httpx.Response:
        raise raised("secret-in-the-cause")

    with pytest.raises(errors.NoAnswer) as caught:
        Stub({"PUT /employee/{id}": reply}).logged_in().update_employee(7, {"id": 7})
    assert type(caught.value) is kind
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert "secret" not in str(caught.value)
