"""Donated things: from the pledge to the household's receipt, every hand on the way kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.actors import OPERATOR, Actor
from servicekit.errors import Forbidden, Invalid
from servicekit.outbox import publish
from volunteers.domain.gifts import FREE, GIFT, RECEIVERS, WAITING, GiftState
from volunteers.models import Gift, GiftStep, NeedCopy, Partner, Volunteer
from volunteers.queries.gifts import is_material
from volunteers.queries.lookup import LOCK, local_day, one


def offer_gift(session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor) -> Gift:
    """Somebody pledges a thing, which is to be collected."""
    today = local_day(session, now)
    _refuse_strangers(session, data)
    if data["use_by"] is not None and data["use_by"] < today:
        raise Invalid({"use_by": ["lies in the past; such a thing cannot be given"]})
    count = sa.select(sa.func.count()).where(Gift.community == data["community"])
    gift = Gift(
        id=f"{data['community']}-G{(session.scalar(count) or 0) + 1:03}",
        community=data["community"],
        kind=data["kind"],
        title=data["title"],
        quantity=data["quantity"],
        state=GiftState.PLEDGED,
        partner_id=data["partner"],
        donor_id=data["donor"],
        pledged_on=today,
        use_by=data["use_by"],
        version=1,
    )
    session.add(gift)
    _note(session, gift, None, now=now, actor=actor)
    _tell(session, "gift.offered", gift, now=now)
    return gift


def _refuse_strangers(session: Session, data: Mapping[str, Any]) -> None:
    models: dict[str, type[Partner | Volunteer]] = {"partner": Partner, "donor": Volunteer}
    for field, model in models.items():
        key = data[field]
        if key is not None and one(session, model, key).community != data["community"]:
            raise Invalid({field: ["belongs to another community; name one of this community"]})


def collect_gift(session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor) -> Gift:
    """The thing is fetched from whoever gives it."""
    return _hand(session, data, GiftState.COLLECTED, now=now, actor=actor)


def repair_gift(session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor) -> Gift:
    """It is looked over, cleaned, mended where needed: fit to be given."""
    return _hand(session, data, GiftState.REPAIRED, now=now, actor=actor)


def deliver_gift(session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor) -> Gift:
    """It is brought to the household, whose coordinator is asked to confirm it."""
    return _hand(session, data, GiftState.DELIVERED, now=now, actor=actor)


def _hand(
    session: Session, data: Mapping[str, Any], to: GiftState, *, now: datetime, actor: Actor
) -> Gift:
    gift, by = one(session, Gift, data["gift"], lock=True), data["volunteer"]
    if gift.state is to and gift.steps[-1].volunteer_id == by:
        return gift
    if by is not None:
        one(session, Volunteer, by)
    _move(session, gift, to, by, now=now, actor=actor)
    if to is GiftState.DELIVERED:
        _tell(session, "gift.delivered", gift, now=now)
    return gift


def reserve_gift(session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor) -> Gift:
    """Mean the thing for a need; for another one only where the first is closed meanwhile."""
    gift = one(session, Gift, data["gift"], lock=True)
    reserved = gift.state is GiftState.RESERVED
    if reserved and gift.need_id == data["need"]:
        return gift
    need = _wanted(session, gift, data["need"])
    if not (reserved and _closed(session, gift)):
        GIFT.check(gift.id, gift.state, GiftState.RESERVED)
    gift.need_id, gift.household = need.id, need.household
    _enter(session, gift, GiftState.RESERVED, None, now=now, actor=actor)
    _tell(session, "gift.reserved", gift, now=now)
    return gift


def _closed(session: Session, gift: Gift) -> bool:
    need = session.get(NeedCopy, gift.need_id)
    return need is None or need.status not in WAITING


def _wanted(session: Session, gift: Gift, key: str) -> NeedCopy:
    need = one(session, NeedCopy, key)
    if need.community != gift.community:
        raise Invalid({"need": ["is another community's; choose one of this community"]})
    if need.status not in WAITING or not is_material(need):
        raise Invalid(
            {"need": ["asks for no things now; choose one that suggest_gift_needs names"]}
        )
    return need


def receipt_gift(session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor) -> Gift:
    """The household's coordinator confirms that it has the thing: never who brought it."""
    gift = one(session, Gift, data["gift"], lock=True)
    if gift.state is GiftState.RECEIPTED:
        return gift
    if actor.role not in RECEIVERS:
        raise Forbidden(f"{actor.id} cannot confirm for a household; have its coordinator do it")
    GIFT.check(gift.id, gift.state, GiftState.RECEIPTED)
    if actor.role != OPERATOR and gift.steps[-1].entered_by == actor.id:
        raise Forbidden(f"{actor.id} said that it was delivered; have a colleague confirm it")
    _move(session, gift, GiftState.RECEIPTED, None, now=now, actor=actor)
    _tell(session, "gift.receipted", gift, now=now)
    return gift


def expire_gift(session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor) -> Gift:
    """The thing is of no use, or was never handed over."""
    gift = one(session, Gift, data["gift"], lock=True)
    if gift.state is not GiftState.EXPIRED:
        _move(session, gift, GiftState.EXPIRED, None, now=now, actor=actor)
        _tell(session, "gift.expired", gift, now=now)
    return gift


def expire_gifts(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, int]:
    """Things that are still nobody's expire when their last day is over."""
    today: date = data["today"] or local_day(session, now)
    wanted = sa.select(Gift.id).where(
        Gift.community == data["community"], Gift.state.in_(FREE), Gift.use_by < today
    )
    late = session.scalars(wanted.order_by(Gift.id).with_for_update(**LOCK)).all()
    for key in late:
        expire_gift(session, {"gift": key}, now=now, actor=actor)
    return {"expired": len(late)}


def _move(
    session: Session, gift: Gift, to: GiftState, by: str | None, *, now: datetime, actor: Actor
) -> None:
    GIFT.check(gift.id, gift.state, to)
    _enter(session, gift, to, by, now=now, actor=actor)


def _enter(
    session: Session, gift: Gift, to: GiftState, by: str | None, *, now: datetime, actor: Actor
) -> None:
    gift.state = to
    gift.version += 1
    _note(session, gift, by, now=now, actor=actor)


def _note(session: Session, gift: Gift, by: str | None, *, now: datetime, actor: Actor) -> None:
    step = GiftStep(
        id=f"{gift.id}-{gift.version}",
        number=gift.version,
        state=gift.state,
        on=local_day(session, now),
        volunteer_id=by,
        need_id=gift.need_id,
        entered_by=actor.id,
        entered_at=now,
    )
    gift.steps.append(step)
    session.flush()


def _tell(session: Session, type_: str, gift: Gift, *, now: datetime) -> None:
    data = {
        "community": gift.community,
        "version": gift.version,
        "gift": gift.id,
        "kind": gift.kind,
    }
    if type_ in ("gift.reserved", "gift.delivered", "gift.receipted"):
        data |= {"need": gift.need_id, "household": gift.household}
    publish(session, type_, subject=gift.id, version=gift.version, data=data, now=now)
