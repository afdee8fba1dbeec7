"""Short forms by which people in Norway go, and the names they are short for.

Only what parents do not give two children of their own: Tor is not short for Torunn here, nor Jan for Janne.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SHORT_FOR: Final[Mapping[str, tuple[str, ...]]] = {
    "alex": ("alexander", "alexandra"),
    "andy": ("andreas", "anders"),
    "ben": ("benjamin",),
    "bente": ("benedikte",),
    "bob": ("robert",),
    "chris": ("christian", "christoffer", "christopher"),
    "dan": ("daniel",),
    "ed": ("edvard", "edvin"),
    "fred": ("fredrik",),
    "gabbe": ("gabriel",),
    "isa": ("isabel", "isabella"),
    "joe": ("josef", "joseph"),
    "jonny": ("john", "jon"),
    "kalle": ("karl",),
    "kat": ("katrine", "katarina"),
    "lasse": ("lars",),
    "lisa": ("elisabeth",),
    "lisbeth": ("elisabeth",),
    "mats": ("mathias",),
    "max": ("maximilian",),
    "mike": ("mikael", "michael"),
    "nick": ("nicolai", "niklas", "nicholas"),
    "niko": ("nikolai",),
    "pelle": ("per",),
    "rob": ("robert",),
    "sam": ("samuel",),
    "seb": ("sebastian",),
    "stine": ("kristine", "christine"),
    "steff": ("steffen",),
    "teo": ("teodor", "theodor"),
    "tina": ("kristina", "martina"),
    "tom": ("thomas",),
    "tommy": ("tom", "thomas"),
    "trine": ("katrine",),
    "vic": ("viktor", "viktoria"),
    "will": ("william", "vilhelm"),
}
