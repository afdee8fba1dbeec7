"""The form for the employee token: what was filled in, and what is wrong with it. The token is never shown again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as attribute

from huma_tripletex.connecting.refusals import NeedsConfirmation, Refusal
from huma_tripletex.core.reasons import PASSING, TRY_AGAIN
from huma_tripletex.i18n import gettext as _
from huma_tripletex.web import words


@dataclass(frozen=True)
class FormError:
    """One line of the summary: a sentence that leads to its place in the form, and what to do."""

    where: str
    sentence: str
    more: str = ""


@dataclass(frozen=True)
class OtherCompany:
    """The token belongs to another company than the connection before."""

    old: str
    new: str


@dataclass(frozen=True)
class TokenForm:
    """`replaces`: there is a connection, and it gets a new token."""

    token: str = attribute(default="", repr=False)
    replaces: bool = False
    authority: bool = False
    token_error: str = ""
    authority_error: str = ""
    errors: tuple[FormError, ...] = ()
    other_company: OtherCompany | None = None

    @property
    def complete(self) -> bool:
        return not self.errors

    @property
    def title(self) -> str:
        return _("The token is not replaced yet") if self.replaces else _("You are not connected yet")

    @classmethod
    def read(cls, form: Mapping[str, str], *, replaces: bool) -> TokenForm:
        """What was sent, checked as far as it can be without asking Tripletex."""
        token, errors, token_error, authority_error = form.get("token", "").strip(), [], "", ""
        if not token:
            errors.append(FormError("token", _("Paste the employee token.")))
            token_error = _("Make the token in Tripletex, copy it and paste it here.")
        if "authority" not in form:
            errors.append(FormError("authority", _("Confirm that you have the authority.")))
            authority_error = _("Tick the box if you have the authority. If you do not, ask someone who has.")
            token_error = token_error or _("Paste the token once more. It is never sent back to the page.")
        return cls(token, replaces, "authority" in form, token_error, authority_error, tuple(errors))

    def refused(self, refusal: Refusal | NeedsConfirmation) -> TokenForm:
        """The form once more, with what Tripletex or the connection before says against it."""
        if isinstance(refusal, NeedsConfirmation):
            sentence = _(
                "The token belongs to %(new)s, but the connection before was to %(old)s.",
                new=refusal.now,
                old=refusal.earlier,
            )
            more = _("If that is right, paste the token once more and tick the box. We did not keep it.")
            other = OtherCompany(refusal.earlier, refusal.now)
            return replace(
                self, token="", token_error=more, errors=(FormError("token", sentence),), other_company=other
            )
        sentence = words.sentence(refusal.reason)
        more = _(TRY_AGAIN) if refusal.reason in PASSING else words.next_step(refusal.reason)
        kept = _("We did not keep this token: paste it once more, or another one.")
        return replace(
            self, token="", token_error=f"{more} {kept}".strip(), errors=(FormError("token", sentence, more),)
        )
