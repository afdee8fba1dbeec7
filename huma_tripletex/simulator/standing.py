"""Rows that are there in every company from the beginning: departments, divisions, occupation codes, the currency."""

from huma_tripletex.simulator.catalogue import blank
from huma_tripletex.simulator.company import Company
from huma_tripletex.simulator.people_models import LOOKUPS
from huma_tripletex.simulator.shapes import Row

_OCCUPATIONS = (
    (301, "AUTORISERT REGNSKAPSFØRER", "2511102"),
    (1429, "FAGKONSULENT (REVISJON)", "2511110"),
    (2503, "INNKJØPER", "3416101"),
    (2930, "KONSULENT (REVISJON)", "2511105"),
    (4665, "REGNSKAPSMEDARBEIDER", "4121111"),
)
_MUNICIPALITIES = ((301, "0301", "Oslo", "1"), (5501, "5501", "Tromsø", "4"))


def standing_rows() -> dict[str, dict[int, Row]]:
    """The tables that all companies share."""
    tables: dict[str, dict[int, Row]] = {
        "Currency": {1: blank("Currency", id=1, code="NOK", description="Norge", factor=1, displayName="NOK")},
        "OccupationCode": {n: blank("OccupationCode", id=n, nameNO=name, code=c) for n, name, c in _OCCUPATIONS},
        "Municipality": {
            n: blank("Municipality", id=n, number=number, name=name, county=name, payrollTaxZone=zone)
            for n, number, name, zone in _MUNICIPALITIES
        },
        "ApiConsumer": {1: blank("ApiConsumer", id=1, consumerName="Huma")},
    }
    for model, (field, choices) in LOOKUPS.items():
        tables[model] = {
            n: blank(model, id=n, nameNO=word.replace("_", " ").capitalize(), code=str(n), **{field: word})
            for n, word in enumerate(choices.split(), start=1)
        }
    return tables


def add_company_rows(company: Company, departments: tuple[str, ...], divisions: tuple[str, ...]) -> None:
    """The company itself, its departments (the first is the default one, without a number) and its divisions."""
    number = f"9{company.id % 1_000_000:08d}"
    own = blank("Company", id=company.id, name=company.name, organizationNumber=number, currency=1)
    company.put("Company", {**own, "startDate": "2005-01-01"})
    for place, name in enumerate(departments):
        row_id = company.new_id("Department")
        row = blank("Department", id=row_id, name=name, departmentNumber=str(place) if place else "")
        company.put("Department", row)
    for place, name in enumerate(divisions, start=1):
        row_id = company.new_id("Division")
        row = blank("Division", id=row_id, name=name, startDate="2005-01-01", municipalityDate="2005-01-01")
        company.put("Division", {**row, "organizationNumber": f"{number[:-1]}{place}", "municipality": 301})
