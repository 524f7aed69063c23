"""Proposed pairings: why this one, and the coordinator's word on it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for

from notifications.desk import access
from notifications.desk.answers import page_number, partial
from notifications.desk.app import actor, desk, names, volunteers_service
from notifications.desk.places import chosen_place
from notifications.desk.reasons import Alternative, Reasons, alternatives
from notifications.desk.visitor import current, somebody
from notifications.desk.words import say
from notifications.domain.words import DeclineReason
from servicekit.errors import Conflict, ServiceError

PAGE_SIZE = 20
CODE_LENGTH = 40
OTHERS = 5
pages = Blueprint("pairings", __name__)


@pages.get("/pairings", defaults={"community": ""})
@pages.get("/pairings/of/<community>")
def pairings(community: str) -> Any:
    place = chosen_place(community)
    found = (
        desk()
        .peers(actor())
        .volunteers.find_pairings(
            community=place, state="proposed", page=page_number(), size=PAGE_SIZE
        )
    )
    known = names(found["items"])
    for item in found["items"]:
        item["names"] = known.of(item)
    found["pages"] = max(1, -(-found["total"] // PAGE_SIZE))
    template = "parts/pairings_list.html" if partial() else "pairings.html"
    return render_template(template, place=place, **found)


@pages.get("/pairings/<pairing>")
def pairing(pairing: str) -> Any:
    return _page(pairing)


@pages.post("/pairings/<pairing>/accept")
def accept(pairing: str) -> Any:
    volunteers_service().accept_pairing(pairing=pairing)
    return _decided(pairing, "decided_accepted")


@pages.post("/pairings/<pairing>/decline")
def decline(pairing: str) -> Any:
    reason = request.form.get("reason", "")
    if reason not in tuple(DeclineReason):
        abort(400)
    volunteers_service().decline_pairing(pairing=pairing, by="coordinator", reason=reason)
    return _decided(pairing, "decided_declined")


def _decided(pairing: str, message: str) -> Any:
    desk().boards.forget(pairing[:12])
    if not partial():
        return redirect(url_for("desk.pairings.pairing", pairing=pairing), 303)
    facts = _facts(pairing)
    return make_response(render_template("parts/decided.html", message=say(message), **facts))


def _page(pairing: str) -> Any:
    facts = _facts(pairing)
    facts["why"] = _why(pairing)
    instead = request.args.get("instead", "").strip().upper()[:CODE_LENGTH]
    if instead:
        facts["instead"], facts["other"], facts["trouble"] = instead, *_other(facts, instead)
    if partial():
        return render_template("parts/instead.html", **facts)
    return render_template("pairing.html", others=_others(facts["row"]), **facts)


def _facts(pairing: str) -> dict[str, Any]:
    """What the panel about the decision needs."""
    row = volunteers_service().get_pairing(pairing=pairing)
    return {
        "row": row,
        "names": names([row]).of(row),
        "may_decide": access.allowed(access.Who.MATCHING, somebody()),
        "declines": list(DeclineReason),
    }


def _why(pairing: str) -> Reasons | None:
    """The reasons; None once one of the two has been erased."""
    try:
        answer = volunteers_service().explain_pairing(pairing=pairing)
    except Conflict:
        return None
    return Reasons.of_answer(answer, current().locale)


def _others(row: dict[str, Any]) -> tuple[Alternative, ...]:
    """The best of the others, while there is something to decide."""
    if row["state"] != "proposed":
        return ()
    try:
        found = volunteers_service().find_candidates(need=row["need"], size=OTHERS + 1)
    except ServiceError:  # the need was closed meanwhile, say: the page goes without them
        return ()
    return alternatives(found, current().locale, besides=row["volunteer"])[:OTHERS]


def _other(facts: dict[str, Any], volunteer: str) -> tuple[Reasons | None, str]:
    """Why (not) another volunteer; or what is wrong with the question."""
    community = facts["row"]["community"]
    key = volunteer if volunteer[:12].isdigit() else f"{community}-{volunteer}"
    try:
        access.require_places(actor(), [key])
        answer = volunteers_service().explain_match(need=facts["row"]["need"], volunteer=key)
    except ServiceError as error:
        return None, str(error)
    return Reasons.of_answer(answer, current().locale), ""
