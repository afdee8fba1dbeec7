"""Undo: what would be put back and what would not, person by person, and the buttons that do it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from dataclasses import field as attribute

from flask import abort, request
from flask.wrappers import Response
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from huma_tripletex import syncing, task_queue
from huma_tripletex.errors import NotReadable
from huma_tripletex.i18n import gettext as _
from huma_tripletex.models import Connection, SyncRun
from huma_tripletex.runtime import Runtime, current_runtime
from huma_tripletex.web import access, rendering, undo_glimpses, undo_rows, undo_sums
from huma_tripletex.web.token_form import FormError
from huma_tripletex.web.undo_form import Ticked, View

SIZE = 40


@dataclass(frozen=True)
class Page:
    """One page of an undo. `why_not`: a key of `core.reasons`, nothing can be undone now; `earlier`: undos before."""

    view: View
    sums: undo_sums.Sums
    chosen: undo_sums.Chosen
    people: tuple[undo_rows.Person, ...] = attribute(repr=False)
    pages: int
    why_not: str
    earlier: tuple[SyncRun, ...]

    @property
    def follows(self) -> bool:
        """Whether the sums at the top are those of what is ticked: nothing is on another page."""
        return self.pages == 1 or bool(self.view.name)

    @property
    def searchable(self) -> bool:
        return not self.view.person and (self.pages > 1 or bool(self.view.name))


@dataclass(frozen=True)
class Form:
    """What was wrong with the last attempt, what is shown unmasked, and whether the page says once more what is ticked,
    because it had not said so when the button was pressed.
    """

    title: str = ""
    errors: tuple[FormError, ...] = ()
    seen: undo_glimpses.UndoGlimpse | None = None
    asks: bool = False


def undo_form(run_id: int) -> Response:
    """What an undo would put back, before earlier values are written again."""
    return _show(run_id, View.read(request.args), None)


def undo(run_id: int) -> BaseResponse:
    """Puts back what is chosen, where nobody has changed it since: as a run of its own."""
    runtime, (found, _connection) = current_runtime(), access.run(run_id)
    view, ticked = View.sent(request.form), Ticked.read(request.form)
    if "look" in request.form:
        return _show(run_id, view, Ticked.kept(request.form))
    choice = view.scope if request.form.get("undo") == "all" else replace(view.scope, values=ticked.chosen)
    if choice.values is not None and (error := _error(runtime, found, ticked)):
        return _show(run_id, view, ticked, Form(_("Nothing has been put back yet"), (error,)), 422)
    if choice.values is not None and not _is_said(_page(run_id, view, ticked)):
        return _show(run_id, view, ticked, Form(asks=True))
    try:
        going_back = syncing.undo(runtime, found, access.user(), choice)
    except (syncing.CannotUndo, NotReadable) as error:
        runtime.session.rollback()
        reason = error.reason if isinstance(error, syncing.CannotUndo) else "values_forgotten"
        return rendering.go("run", run_id=run_id, notice=reason)
    going_back.link = rendering.to("run", run_id=going_back.id, _external=True)
    runtime.session.commit()
    runtime.queue.enqueue(task_queue.RUN, going_back.id)
    syncing.take_in(runtime, [found.id])  # what is dropped with it needs nobody any more
    return rendering.go("run", run_id=going_back.id)


def _error(runtime: Runtime, run: SyncRun, ticked: Ticked) -> FormError | None:
    """What another undo has put back meanwhile is no error: that is what was asked for."""
    known = {
        (one.person_id, key) for one in syncing.written(runtime, run) for key in (*one.fields, *one.stuck, *one.back)
    }
    if ticked.strange or not ticked.chosen <= known:
        sentence = _("The form names a value that is not part of this sync.")
        return FormError("each", sentence, _("Nothing was put back. Look at the list, and choose again."))
    if not ticked.chosen:
        return FormError("each", _("Tick at least one value."))
    return None


def _is_said(page: Page) -> bool:
    """Whether the page has said how much is ticked. Without JavaScript it says so on the next one, before anything is
    put back. Where nothing can be put back, something else is said.
    """
    nothing = page.why_not or not page.sums.values
    return bool(nothing) or request.form.get("seen") == page.chosen.key


def undo_counts(run_id: int) -> BaseResponse:
    """How much is ticked, after every tick; without htmx the page once more."""
    view, ticked = View.sent(request.form), Ticked.read(request.form)
    if not rendering.wants_partial():
        return _show(run_id, view, ticked)
    return rendering.partial("_undo_chosen.html", undo=_page(run_id, view, ticked), speaks=True)


def undo_glimpse(run_id: int) -> BaseResponse:
    """With htmx the value in its place; without, the page once more with what is ticked and the value shown."""
    runtime, (found, connection) = current_runtime(), access.run(run_id)
    hides = "hide" in request.form
    asked = undo_glimpses.UndoGlimpse.read(request.form.get("hide" if hides else "show", "")) or abort(404)
    seen = undo_glimpses.look(runtime, connection, found, asked, access.user(), hides=hides) or abort(404)
    runtime.session.commit()
    if rendering.wants_partial():
        return rendering.partial("_glimpse.html", seen=seen, action=rendering.to("undo_glimpse", run_id=run_id))
    return _show(run_id, View.sent(request.form), Ticked.read(request.form), Form(seen=seen))


def _show(run_id: int, view: View, ticked: Ticked | None, form: Form | None = None, status: int = 200) -> Response:
    form = form or Form()
    page = _page(run_id, view, ticked, form)
    return rendering.page("undo.html", status, run=access.run(run_id)[0], undo=page, form=form)


def _page(run_id: int, view: View, ticked: Ticked | None, form: Form | None = None) -> Page:
    runtime, (found, connection) = current_runtime(), access.run(run_id)
    marks = undo_rows.Marks(ticked, view.bare, form.seen if form else None)
    return look(runtime, connection, found, view, marks)


def look(runtime: Runtime, connection: Connection, run: SyncRun, view: View, marks: undo_rows.Marks) -> Page:
    """One page, in as many statements for ten thousand people as for ten."""
    everybody = [one.within(replace(view, field="").scope) for one in syncing.written(runtime, run)]
    scoped = [one.within(view.scope) for one in everybody]
    listed = [one for one in scoped if one.fields or one.stuck]
    if view.name:
        called = undo_rows.called(runtime, connection, run, view.name)
        listed = [one for one in listed if one.position in called]
    pages = max(1, -(-len(listed) // SIZE))
    view = replace(view, page=min(view.page, pages))
    shown = listed[(view.page - 1) * SIZE : view.page * SIZE]
    unsent = syncing.Unsent() if view.field or view.person else syncing.unsent(runtime, run)
    names = undo_rows.names(runtime, connection, run, undo_sums.named(scoped, unsent))
    people = undo_rows.people(runtime, connection, run, shown, marks)
    return Page(
        view=view,
        sums=undo_sums.sums(everybody, scoped, unsent, names),
        chosen=undo_sums.chosen(people),
        people=people,
        pages=pages,
        why_not=_why_not(runtime, connection, run),
        earlier=tuple(syncing.undos_of(runtime, [run.id]).get(run.id, ())),
    )


def _why_not(runtime: Runtime, connection: Connection, run: SyncRun) -> str:
    if run.undoes is not None:
        return "undo_stays"
    if not connection.is_open:
        return "not_connected"
    going = select(SyncRun.id).where(SyncRun.connection_id == connection.id, SyncRun.state != "ended")
    return "run_in_progress" if runtime.session.scalar(going.limit(1)) is not None else ""
