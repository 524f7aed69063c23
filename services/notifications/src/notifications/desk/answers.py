"""How a page answers: whole, in part, or by leading on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Response, abort, make_response, redirect, render_template, request, url_for

from notifications.desk import forms, troubles
from notifications.desk.forms import Form
from notifications.desk.words import say
from servicekit.errors import Conflict, Invalid, NotFound


@dataclass(frozen=True)
class View:
    """A page about something and the part of it that changes; ``facts`` is what they show.

    ``endpoint`` and ``name``: the page's address takes what it is about by that name.
    """

    endpoint: str
    name: str
    whole: str
    part: str
    facts: Callable[[str], dict[str, Any]]

    def show(self, about: str) -> str:
        return render_template(self.whole, **self.facts(about))

    def after(self, about: str, message: str) -> Any:
        """Something was done: the changed part with a message, or the whole page again."""
        if not partial():
            place: dict[str, Any] = {self.name: about}
            return redirect(url_for(self.endpoint, **place), 303)
        return render_template(self.part, message=say(message), **self.facts(about))

    def take(
        self,
        about: str,
        form: Form,
        act: Callable[..., Any],
        leading: Callable[[Any], str] | None = None,
    ) -> Any:
        """Do what a form asks for. What is refused is shown beside its fields, as it was typed.

        ``leading`` says to which page what was made leads.
        """
        try:
            made = act(**form.read(about[:12]))
        except (Invalid, Conflict, NotFound) as error:
            forms.refuse(form, error)
            template = self.part if partial() else self.whole
            again = render_template(template, **self.facts(about))
            return make_response(again, troubles.STATUS[error.slug])
        return led(leading(made)) if leading else self.after(about, f"{form.words}_done")

    def step(self, about: str, known: Iterable[Form], service: Any, **subject: str) -> Any:
        """Take the step that was asked for, one of the ``known``."""
        form = chosen(known)
        return self.take(
            about, form, lambda **facts: getattr(service, form.method)(**subject, **facts)
        )


def chosen(known: Iterable[Form]) -> Form:
    """Which of the page's forms was sent."""
    sent = request.form.get("step")
    return next((form for form in known if form.words == sent), None) or abort(400)


def led(address: str) -> Any:
    """On to another page."""
    if partial():
        return Response("", 204, {"HX-Redirect": address})
    return redirect(address, 303)


def partial() -> bool:
    """Whether a part of an open page is asked for."""
    return "HX-Request" in request.headers


def done(template: str, back: str, message: str, **facts: Any) -> Response:
    """After a change: the changed part with a message, or the whole page again."""
    if not partial():
        return redirect(back, 303)  # type: ignore[return-value]  # werkzeug's
    return make_response(render_template(template, message=say(message), **facts))


def own_path(text: str | None, otherwise: str) -> str:
    """A path on this desk to lead to; anything else leads to ``otherwise``."""
    parts = urlsplit(text or "")
    path = parts.path
    fits = path.startswith("/desk/") and not (parts.scheme or parts.netloc)
    plain = "\\" not in path and not any(ord(character) < 33 for character in text or "")
    if not (fits and plain):
        return otherwise
    return f"{path}?{parts.query}" if parts.query else path


def page_number() -> int:
    """The page asked for; the first where that is no page."""
    text = request.args.get("page", "1")
    number = int(text[:6]) if text.isascii() and text.isdecimal() else 0
    return min(max(1, number), 10_000)
