"""Hours and recognition: what wants a look or a second approval, stars, certificates."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for

from notifications.desk import access
from notifications.desk.answers import partial
from notifications.desk.app import actor, desk, names
from notifications.desk.places import chosen_place
from notifications.desk.visitor import somebody
from notifications.desk.words import local, say
from servicekit import clock

SIZE = 12
DECISIONS = {"approve": True, "refuse": False}
FINDINGS = {"uphold": True, "explain": False}
pages = Blueprint("recognition", __name__)


@pages.get("/recognition", defaults={"community": ""})
@pages.get("/recognition/of/<community>")
def recognition(community: str) -> Any:
    return render_template("recognition.html", **_listed(chosen_place(community)))


@pages.post("/recognition/claims/<top_up>")
def decide_top_up(top_up: str) -> Any:
    _volunteers().decide_top_up(top_up=top_up, approved=_asked(DECISIONS))
    return _after(top_up)


@pages.post("/recognition/flags/<flag>")
def settle_flag(flag: str) -> Any:
    _volunteers().settle_flag(flag=flag, upheld=_asked(FINDINGS))
    return _after(flag)


@pages.post("/recognition/of/<community>/certificates")
def issue_certificate(community: str) -> Any:
    volunteer = f"{community}-{request.form.get('volunteer', '').strip().upper()}"
    period = {name: request.form.get(name, "") for name in ("from", "until")}
    _volunteers().issue_certificate(volunteer=volunteer, **period)
    return _after(community, "issue")


@pages.get("/recognition/certificates/<certificate>.pdf")
def certificate(certificate: str) -> Response:
    """The paper; that it was made, and by whom, is in the owner's audit."""
    printed = _volunteers().print_certificate(certificate=certificate)
    name = certificate.partition("-")[2]
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.pdf"',
        "Cache-Control": "no-store",
    }
    return Response(b64decode(printed["pdf"]), content_type="application/pdf", headers=headers)


def _volunteers() -> Any:
    return desk().peers(actor()).volunteers


def _asked(choices: dict[str, bool]) -> bool:
    step = request.form.get("step", "")
    if step not in choices:
        abort(400)
    return choices[step]


def _after(about: str, step: str = "") -> Any:
    place = about[:12]
    if not partial():
        return redirect(url_for("desk.recognition.recognition", community=place), 303)
    message = say(f"recognition_{step or request.form['step']}_done")
    return render_template("parts/recognition_list.html", message=message, **_listed(place))


def _listed(place: str) -> dict[str, Any]:
    """What waits, and the latest of what was reached; named, as far as the visitor may know."""
    volunteers, here = _volunteers(), {"community": place, "size": SIZE}
    found = {
        "flags": volunteers.find_flags(**here, state="open"),
        "claims": volunteers.find_top_ups(**here),
        "stars": volunteers.find_stars(**here),
        "certificates": volunteers.find_certificates(**here),
    }
    lists = {name: page["items"] for name, page in found.items()}
    for each in (each for items in lists.values() for each in items):
        each["names"] = names([each]).of(each)
    today = local(clock.now()).date()
    return lists | {
        "totals": {name: page["total"] for name, page in found.items()},
        "place": place,
        "deciding": access.allowed(access.Who.MATCHING, somebody()),
        "table": volunteers.star_table(community=place),
        "today": today.isoformat(),
        "new_year": today.replace(month=1, day=1).isoformat(),
    }
