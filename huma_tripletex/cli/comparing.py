"""Draws a plan in the calling process: neither Redis nor a worker is needed, and neither system is written to."""

from __future__ import annotations

from huma_tripletex import connecting, planning
from huma_tripletex.cli.speaking import Asks, Refused
from huma_tripletex.models import Connection, SyncPlan
from huma_tripletex.runtime import Runtime


def compared(runtime: Runtime, connection: Connection, confirm: bool) -> SyncPlan:
    """A plan that is ready to be decided about.

    Raises:
        Asks: somebody has made choices in an open plan, which would be put away.
        Refused: the systems could not be compared.
    """
    if connection.state == "needs_attention":
        connecting.check(runtime, connection)  # the trouble may be over, and nobody else asks at the moment
        runtime.session.commit()
    current = planning.current_plan(runtime, connection)
    if current is not None and current.decided_by_name and not confirm:
        raise Asks(
            f"{current.decided_by_name} has made choices in a comparison that is still open. "
            "A new one puts it away. Use --confirm to go on."
        )
    plan = planning.begin(runtime, connection, None)
    plan_id = plan.id
    runtime.session.commit()
    planning.draft(runtime, plan_id)
    drawn = runtime.session.get_one(SyncPlan, plan_id, populate_existing=True)
    if drawn.state == "failed":
        raise Refused.because(drawn.reason)
    if drawn.state != "ready":
        raise Refused("Somebody else began another comparison meanwhile. Try again.")
    return drawn
