"""What makes a generated person Norwegian: names, account numbers with check digit, mobile numbers."""

import random


def _words(*lines: str) -> tuple[str, ...]:
    return tuple(" ".join(lines).split())


WOMEN = _words(
    "Anne Inger Kari Marit Ingrid Liv Eva Berit Astrid Bjørg Hilde Anna Solveig Marianne Randi Ida Nina Maria",
    "Elisabeth Kristin Bente Heidi Silje Hanne Linda Tone Tove Ragnhild Ingeborg Åse Sigrid Gunn Mari Camilla",
    "Åshild Nora Emma Thea Ingvild Synnøve Målfrid Sølvi Jorunn Guro Vilde Frida Aurora Mathilde Oddny Bjørnhild",
)
MEN = _words(
    "Jan Per Bjørn Ole Lars Kjell Knut Arne Svein Thomas Hans Geir Tor Morten Terje Odd Erik Martin Andreas John",
    "Rune Trond Tore Daniel Jon Harald Gunnar Øyvind Håkon Pål Bård Åge Sindre Magnus Sigurd Jørgen Kåre Ståle",
    "Jonas Henrik Emil Sondre Eirik Vegard Torbjørn Øystein Asbjørn Trygve Mikkel Brage",
)
FAMILIES = _words(
    "Hansen Johansen Olsen Larsen Andersen Pedersen Nilsen Kristiansen Jensen Karlsen Johnsen Pettersen Eriksen",
    "Berg Haugen Hagen Johannessen Andreassen Jacobsen Dahl Jørgensen Halvorsen Henriksen Lund Sørensen Jakobsen",
    "Moen Gundersen Iversen Strand Solberg Svendsen Eide Knutsen Martinsen Bakken Kristoffersen Mathisen Lie",
    "Amundsen Rasmussen Nguyen Bakke Berge Moe Nygård Fredriksen Solheim Ødegård Bråthen Lunde Grønvold Sæther",
    "Bjørnstad Åsen Øverland Fjeld Tveit Håland Røed Myhre Næss Skår Aasen Vik Lyngstad Kvåle Østby Børresen",
)
_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def account_is_valid(account: str) -> bool:
    """Eleven digits of which the last is the check digit modulo 11?"""
    if len(account) != 11 or not (account.isascii() and account.isdigit()):
        return False
    return account[10] == _check_digit(account[:10])


def account_number(rng: random.Random) -> str:
    """A valid account number, digits only."""
    while True:
        first = f"{rng.randint(1000, 9999)}{rng.randint(0, 999_999):06d}"
        if (digit := _check_digit(first)) is not None:
            return first + digit


def mobile_number(rng: random.Random) -> str:
    """Eight digits; Norwegian mobile numbers begin with 4 or 9."""
    return rng.choice("49") + f"{rng.randint(0, 9_999_999):07d}"


def full_name(rng: random.Random) -> tuple[str, str]:
    """Given names and family name."""
    given = rng.choice(rng.choice((WOMEN, MEN)))
    if rng.random() < 0.15:
        given = f"{given} {rng.choice(WOMEN if given in WOMEN else MEN)}"
    return given, rng.choice(FAMILIES)


def _check_digit(first: str) -> str | None:
    remainder = 11 - sum(int(digit) * weight for digit, weight in zip(first, _WEIGHTS, strict=True)) % 11
    return None if remainder == 10 else str(remainder % 11)
