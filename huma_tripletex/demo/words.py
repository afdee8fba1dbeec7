"""The demo's own texts in Norwegian. Ten pages need no catalogue; what stands here is said in the user's language."""

from __future__ import annotations

from huma_tripletex.demo import login

NORWEGIAN = {
    "People": "Personer",
    "Mailbox": "Innboks",
    "Log in": "Logg inn",
    "Log in as": "Logg inn som",
    "Log out": "Logg ut",
    "System settings": "Systeminnstillinger",
    "Company": "Virksomhet",
    "Integrations": "Integrasjoner",
    "Skip to the content": "Gå til innholdet",
    "A small HR system, to show how Huma and Tripletex work together.": (
        "Et lite HR-system som viser hvordan Huma og Tripletex virker sammen."
    ),
    "This is a demo: choose whom to be.": "Dette er en demo: velg hvem du vil være.",
    "Nobody may log in yet. This brings a cast of people and two companies:": (
        "Ingen kan logge inn ennå. Dette gir personer og to virksomheter:"
    ),
    "no system role": "ingen systemrolle",
    "No access": "Ingen tilgang",
    "You do not have access to this page": "Du har ikke tilgang til denne siden",
    "It needs a system role with the permission to change organisation-wide settings.": (
        "Den krever en systemrolle med tilgang til å endre innstillinger for hele virksomheten."
    ),
    "Ask an administrator of your firm.": "Spør en administrator hos dere.",
    "To": "Til",
    "as HTML": "som HTML",
    "No mail yet for": "Ingen e-post ennå til",
    "Add a person": "Legg til person",
    "Name": "Navn",
    "Given name": "Fornavn",
    "Family name": "Etternavn",
    "Email": "E-post",
    "Phone number": "Mobiltelefon",
    "Date of birth": "Fødselsdato",
    "Bank account number": "Bankkontonummer",
    "Employee ID": "Ansattnummer",
    "First workday": "Første arbeidsdag",
    "Last workday": "Siste arbeidsdag",
    "On the payroll": "På lønnslisten",
    "Write a given name.": "Skriv et fornavn.",
    "Write a family name.": "Skriv et etternavn.",
    "Nobody works here yet.": "Ingen arbeider her ennå.",
    "Save": "Lagre",
    "Cancel": "Avbryt",
    "Delete": "Slett",
    "is saved.": "er lagret.",
}


def say(text: str) -> str:
    """The text in the language of whoever is here; English, which it stands in, when there is no other."""
    return NORWEGIAN.get(text, text) if login.locale() == "nb" else text
