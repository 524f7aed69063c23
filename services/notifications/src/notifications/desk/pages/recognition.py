"""Hours and recognition: what wants a look or a second approval, stars, certificates."""

from __future__ import annotations

from base64 import b64decode
from functools import partial
from typing import Any

from flask import Blueprint, Response, abort, request, url_for

from notifications.desk import access
from notifications.desk.answers import View
from notifications.desk.app import names, volunteers_service
from notifications.desk.choosing import volunteers_of
from notifications.desk.forms import Field, Form
from notifications.desk.places import chosen_place
from notifications.desk.visitor import somebody
from notifications.desk.words import local
from servicekit import clock

SIZE = 12
DECISIONS = {"approve": True, "refuse": False}
FINDINGS = {"uphold": True, "explain": False}
VOLUNTEER = Field("volunteer", "person", codes="volunteers", most=20)
ISSUE = Form(
    "issue_certificate",
    "recognition_issue",
    (VOLUNTEER, Field("from", "date"), Field("until", "date")),
)
REVOKE = Form("revoke_certificate", "recognition_revoke")
CLAIM = Form(
    "top_up_hours",
    "recognition_claim",
    (
        VOLUNTEER,
        Field("aid_kind", "choice", codes="aid_kind"),
        Field("on", "date"),
        Field("start", "time"),
        Field("minutes", "number", most=1440),
        Field("evidence", "choice", codes="evidence"),
        Field("note", most=500),
    ),
)
pages = Blueprint("recognition", __name__)


@pages.get("/recognition", defaults={"community": ""})
@pages.get("/recognition/of/<community>")
def recognition(community: str) -> Any:
    return VIEW.show(chosen_place(community))


@pages.post("/recognition/of/<community>/claims")
def claim_hours(community: str) -> Any:
    """Hours served beside a visit; they count once somebody else approves."""
    return VIEW.take(community, CLAIM, volunteers_service().top_up_hours)


@pages.post("/recognition/claims/<top_up>")
def decide_top_up(top_up: str) -> Any:
    volunteers_service().decide_top_up(top_up=top_up, approved=_asked(DECISIONS))
    return VIEW.after(top_up[:12], _message())


@pages.post("/recognition/flags/<flag>")
def settle_flag(flag: str) -> Any:
    volunteers_service().settle_flag(flag=flag, upheld=_asked(FINDINGS))
    return VIEW.after(flag[:12], _message())


@pages.post("/recognition/of/<community>/certificates")
def issue_certificate(community: str) -> Any:
    return VIEW.take(community, ISSUE, volunteers_service().issue_certificate)


@pages.post("/recognition/certificates/<certificate>")
def revoke_certificate(certificate: str) -> Any:
    """Whoever checks it hears that it is not valid."""
    act = partial(volunteers_service().revoke_certificate, certificate=certificate)
    return VIEW.take(certificate[:12], REVOKE, act)


@pages.get("/recognition/certificates/<certificate>.pdf")
def certificate(certificate: str) -> Response:
    """The paper; that it was made, and by whom, is in the owner's audit."""
    printed = volunteers_service().print_certificate(certificate=certificate)
    name = certificate.partition("-")[2]
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.pdf"',
        "Cache-Control": "no-store",
    }
    return Response(b64decode(printed["pdf"]), content_type="application/pdf", headers=headers)


def _asked(choices: dict[str, bool]) -> bool:
    step = request.form.get("step", "")
    if step not in choices:
        abort(400)
    return choices[step]


def _message() -> str:
    return f"recognition_{request.form['step']}_done"


def _listed(place: str) -> dict[str, Any]:
    """What waits, and the latest of what was reached; named, as far as the visitor may know."""
    volunteers, here = volunteers_service(), {"community": place, "size": SIZE}
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
        "people": volunteers_of(place),
        "forms": {form.words: form for form in (ISSUE, REVOKE, CLAIM)},
        "issuing": url_for("desk.recognition.issue_certificate", community=place),
        "claiming": url_for("desk.recognition.claim_hours", community=place),
        "year": {"from": today.replace(month=1, day=1).isoformat(), "until": today.isoformat()},
    }


VIEW = View(
    "desk.recognition.recognition",
    "community",
    "recognition.html",
    "parts/recognition_list.html",
    _listed,
)
