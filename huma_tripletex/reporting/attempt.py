"""One attempt at a mail: whatever it raises, it has failed, and the mails after it go out all the same."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from huma_tripletex.host.port import Email
from huma_tripletex.models.called import called
from huma_tripletex.runtime import Runtime

T = TypeVar("T")
log = logging.getLogger(__name__)


def attempt(runtime: Runtime, what: str, step: Callable[[], T]) -> T | None:
    """What `step` answers; None: it failed, which is logged without any value. The way to send mail is the host's, and
    so are the names and addresses in it: nobody knows what they raise.
    """
    try:
        return step()
    except Exception as error:  # noqa: BLE001 - see above
        runtime.session.rollback()
        log.warning("%s failed (%s)", what, called(error))
        return None


def send(runtime: Runtime, email: Email) -> bool:
    """Hands a mail to the host. Commits before, so that nothing of the database is held open while it is sent."""
    runtime.session.commit()
    runtime.host.send_email(email)
    return True
