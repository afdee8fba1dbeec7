"""Our own catalogue of translations, beside whatever the host has: English in the source, Norwegian in `translations/`.

Texts go through these functions, never through flask_babel's own, so that the host's catalogue and ours cannot collide.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flask_babel import Domain, force_locale

from huma_tripletex.paths import PACKAGE

__all__ = ["LOCALES", "domain", "force_locale", "gettext", "lazy_gettext", "ngettext"]

LOCALES: Final = ("nb", "en")
"""What we can speak; anything else hears English."""

domain: Final = Domain([str(PACKAGE / "translations")], "huma_tripletex")
gettext: Callable[..., str] = domain.gettext
ngettext: Callable[..., str] = domain.ngettext
lazy_gettext: Callable[..., Any] = domain.lazy_gettext
