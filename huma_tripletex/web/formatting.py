"""Values, numbers and moments as a reader in Norway writes them, in the reader's language."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask_babel import get_locale

from huma_tripletex.core.fields import BY_KEY
from huma_tripletex.core.normalise import mask, normalise
from huma_tripletex.i18n import gettext, ngettext
from huma_tripletex.runtime import current_runtime

OSLO = ZoneInfo("Europe/Oslo")
"""Tripletex is Norwegian payroll: its days begin and end there."""
ACCOUNT_GROUPS = (4, 2, 5)
NORWAY, MOBILE_DIGITS = 47, 8
"""Norwegian mobile numbers are read as 912 34 567, other numbers as libphonenumber writes them."""


def language() -> str:
    """`nb` or `en`."""
    locale = get_locale()
    return "nb" if locale is not None and locale.language in ("nb", "no", "nn") else "en"


def number(value: float, digits: int = 0) -> str:
    return format_decimal(round(value, digits), locale=_babel())


def seconds(value: float) -> str:
    """A duration in words: `1.2 s`, `5 minutes`."""
    if value < 0.1:
        return gettext("less than %(time)s", time=f"{number(0.1, 1)} s")
    if value < 10:
        return f"{number(value, 1)} s"
    if value < 90:
        return ngettext("%(num)s second", "%(num)s seconds", round(value))
    if value < 5400:
        return ngettext("%(num)s minute", "%(num)s minutes", round(value / 60))
    if value < 129_600:
        return ngettext("%(num)s hour", "%(num)s hours", round(value / 3600))
    return ngettext("%(num)s day", "%(num)s days", round(value / 86400))


def recently(moment: datetime) -> str:
    """`today 09:14`, `yesterday 09:14`, `12 March 09:14`, `12 March 2025`."""
    there, today = moment.astimezone(OSLO), current_runtime().clock().astimezone(OSLO).date()
    clock = format_datetime(there, "HH:mm", locale=_babel())
    if there.date() == today:
        return gettext("today %(clock)s", clock=clock)
    if there.date() == today - timedelta(days=1):
        return gettext("yesterday %(clock)s", clock=clock)
    if there.year == today.year:
        return f"{format_date(there.date(), _pattern('d MMMM'), locale=_babel())} {clock}"
    return day(there.date())


def exactly(moment: datetime) -> str:
    """To the second, for the hover."""
    there = moment.astimezone(OSLO)
    return (
        f"{format_date(there.date(), 'full', locale=_babel())}, {format_datetime(there, 'HH:mm:ss', locale=_babel())}"
    )


def to_the_second(moment: datetime) -> str:
    """`09:14:03`, for what takes less than a minute; the day stands beside it."""
    return format_datetime(moment.astimezone(OSLO), "HH:mm:ss", locale=_babel())


def day(value: date | str) -> str:
    """`12 March 2026`; text that is no date stays as it is."""
    try:
        known = value if isinstance(value, date) else date.fromisoformat(value)
    except ValueError:
        return str(value)
    return format_date(known, _pattern("d MMMM y"), locale=_babel())


def value(field: str, text: str | None) -> str:
    """A field's value as one reads it; empty for nothing."""
    clean = normalise(field, text)
    if clean is None:
        return ""
    match BY_KEY[field].kind:
        case "date":
            return day(clean)
        case "phone":
            return _phone(clean)
        case "account":
            return _account(clean)
    return clean


def masked(field: str, text: str | None) -> str:
    """The value, or what may be seen of it before somebody asks."""
    if text is None or not BY_KEY[field].sensitive:
        return value(field, text)
    return mask(field, normalise(field, text) or text)


def _phone(text: str) -> str:
    try:
        parsed = phonenumbers.parse(text, "NO")
    except phonenumbers.NumberParseException:
        return text
    national = str(parsed.national_number)
    if parsed.country_code == NORWAY and len(national) == MOBILE_DIGITS and national[0] in "49":
        return f"+{NORWAY} {national[:3]} {national[3:5]} {national[5:]}"
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _account(text: str) -> str:
    if not (text.isdigit() and len(text) == sum(ACCOUNT_GROUPS)):
        return text
    return f"{text[:4]} {text[4:6]} {text[6:]}"


def _babel() -> str:
    return "nb_NO" if language() == "nb" else "en_GB"


def _pattern(english: str) -> str:
    return english.replace("d ", "d. ") if language() == "nb" else english


FOR_TEMPLATES = {
    "number": number,
    "seconds": seconds,
    "recently": recently,
    "exactly": exactly,
    "day": day,
    "shown": value,
    "masked": masked,
}
