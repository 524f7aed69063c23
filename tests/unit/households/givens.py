"""What the tests are given: invented people, and a desk at which things are asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy.orm import Session
from stdnum.cn import ric

from households import contracts as c
from households.models import Concern, FeedbackCall, Household, Need, Referral, Review
from households.queries import covering, finding
from households.usecases import (
    changes,
    concerns,
    erasing,
    feedback,
    gifts,
    importing,
    needs,
    pairings,
    referrals,
    registration,
    reveal,
    reviews,
    status,
)
from servicekit.actors import Actor
from servicekit.schemas import Schema, load
from servicekit.testing import published

HERE = "210103008001"
ELSEWHERE = "210103008002"
HOME = f"{HERE}-H001"
VISIT = f"{HOME}-N1-A1-20261121T0900"
CONCERN = f"{HOME}-C1"
REFERRAL = f"{CONCERN}-F1"
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
YESTERDAY = TODAY - timedelta(days=1)

NAME, CHILD_NAME = "王桂兰", "李浩然"
ADDRESS = "沈河区永环社区7号楼2单元301室"
PHONE = "+8618000001234"
NOTE = "患有高血压，请轻声敲门"

Facts = dict[str, Any]
T = TypeVar("T")


def identity_number(born: str, order: int = 2, place: str = "210103") -> str:
    """A number with a valid check digit; ``born`` as 19500102, ``order`` below 1000."""
    first = f"{place}{born}{order:03d}"
    return first + ric.calc_check_digit(first + "0")


HEAD_NUMBER = identity_number("19500102")
CHILD_NUMBER = identity_number("20160315")


def a_head(**changes: Any) -> Facts:
    return {"role": "head", "name": NAME, "identity_number": HEAD_NUMBER} | changes


def a_child(**changes: Any) -> Facts:
    facts = {"role": "child", "name": CHILD_NAME, "identity_number": CHILD_NUMBER, "grade": 5}
    return facts | changes


def a_consent(**changes: Any) -> Facts:
    return {"purpose": "matching", "given_on": "2026-10-01"} | changes


def a_household(**changes: Any) -> Facts:
    facts = {
        "community": HERE,
        "code": "H001",
        "building": "7",
        "address": ADDRESS,
        "latitude": 41.796123,
        "longitude": 123.455678,
        "phone": PHONE,
        "members": [a_head()],
        "consent": [a_consent()],
    }
    return facts | changes


def another_household(number: int, **changes: Any) -> Facts:
    """Household ``number`` (2 …), with a head of its own."""
    head = a_head(identity_number=identity_number("19600505", order=number))
    return a_household(code=f"H{number:03d}", members=[head]) | changes


def a_need(**changes: Any) -> Facts:
    facts = {
        "household": HOME,
        "aid_kind": "elderly",
        "service": "company",
        "urgency": "soon",
        "frequency": "weekly",
        "minutes": 60,
        "slots": [{"weekday": 6, "start": "09:00", "end": "11:00"}],
        "skills": ["company"],
        "languages": ["mandarin"],
        "starts_on": "2026-12-01",
    }
    return facts | changes


def tutoring(**changes: Any) -> Facts:
    facts = {
        "aid_kind": "schooling",
        "service": "tutoring",
        "skills": ["tutoring_math"],
        "grade": 5,
    }
    return a_need() | facts | changes


def a_certificate(**changes: Any) -> Facts:
    return {"household": HOME, "certified_on": "2026-11-01", "valid_until": "2027-10-31"} | changes


@dataclass
class Desk:
    """Asks what an entry point would ask: data checked by the contract, then the use case."""

    session: Session
    now: datetime = NOW
    actor: Actor = field(default_factory=Actor)
    told: int = 0

    def register(self, data: Facts | None = None) -> Household:
        return self._do(registration.register_household, c.RegisterHousehold, data or a_household())

    def take_up(self) -> None:
        """Register and verify a household of two with two needs."""
        child = a_child(disability="intellectual", phone="18000007777")
        self.register(a_household(members=[a_head(), child]))
        self.raise_need(a_need(note=NOTE, member="M2"))
        self.raise_need(tutoring(note=NOTE))
        self.verify()

    def verify(self, **changes: Any) -> Household:
        return self._do(status.verify_household, c.VerifyHousehold, a_certificate(**changes))

    def change(self, **facts: Any) -> Household:
        return self._do(changes.change_household, c.ChangeHousehold, {"household": HOME} | facts)

    def move(self, **facts: Any) -> Household:
        place = {"building": "9", "address": "永环社区9号楼", "latitude": 41.8, "longitude": 123.46}
        data = {"household": HOME} | place | facts
        return self._do(changes.move_household, c.MoveHousehold, data)

    def leave(self, reason: str = "income", on: date = TODAY, household: str = HOME) -> Household:
        data = {"household": household, "reason": reason, "on": on.isoformat()}
        return self._do(status.exit_household, c.ExitHousehold, data)

    def erase(self) -> Household:
        return self._do(erasing.erase_household, c.HouseholdRef, {"household": HOME})

    def raise_need(self, data: Facts | None = None) -> Need:
        return self._do(needs.raise_need, c.RaiseNeed, data or a_need())

    def change_need(self, **facts: Any) -> Need:
        return self._do(needs.change_need, c.ChangeNeed, {"need": f"{HOME}-N1"} | facts)

    def close_need(self, outcome: str, reason: str = "own_wish") -> Need:
        data = {"need": f"{HOME}-N1", "outcome": outcome, "reason": reason}
        return self._do(needs.close_need, c.CloseNeed, data)

    def resume_need(self) -> Need:
        return self._do(needs.resume_need, c.NeedRef, {"need": f"{HOME}-N1"})

    def announce_reviews(self, **data: Any) -> int:
        return self._do(reviews.announce_reviews, c.AnnounceReviews, data)["announced"]

    def complete_review(self, review: str, outcome: str, on: date = TODAY) -> Review:
        data = {"review": review, "outcome": outcome, "on": on.isoformat()}
        return self._do(reviews.complete_review, c.CompleteReview, data)

    def raise_concern(self, **facts: Any) -> Concern:
        data = {"household": HOME, "kind": "money"} | facts
        return self._do(concerns.raise_concern, c.RaiseConcern, data)

    def close_concern(self, outcome: str = "resolved") -> Concern:
        data = {"concern": CONCERN, "outcome": outcome}
        return self._do(concerns.close_concern, c.CloseConcern, data)

    def reveal_concern(self) -> Facts:
        data = {"concern": CONCERN, "purpose": "home visit"}
        return self._do(concerns.reveal_concern, c.RevealConcern, data)

    def find_concerns(self, **wanted: Any) -> Facts:
        data = load(c.FindConcerns(), {"community": HERE} | wanted)
        found = finding.find_concerns(self.session, data, actor=self.actor)
        return self._dumped(c.ConcernPage, found)

    def request_referral(self, profession: str = "social_work") -> Referral:
        data = {"concern": CONCERN, "profession": profession}
        return self._do(referrals.request_referral, c.RequestReferral, data)

    def consent_referral(self, basis: str = "head", on: date = TODAY) -> Referral:
        data = {"referral": REFERRAL, "basis": basis, "on": on.isoformat()}
        return self._do(referrals.consent_referral, c.ConsentReferral, data)

    def accept_referral(self) -> Referral:
        return self._do(referrals.accept_referral, c.ReferralRef, {"referral": REFERRAL})

    def return_referral(self, reason: str = "no_capacity") -> Referral:
        data = {"referral": REFERRAL, "reason": reason}
        return self._do(referrals.return_referral, c.ReturnReferral, data)

    def close_referral(self, outcome: str = "helped") -> Referral:
        data = {"referral": REFERRAL, "outcome": outcome}
        return self._do(referrals.close_referral, c.CloseReferral, data)

    def announce_referrals(self, **data: Any) -> int:
        return self._do(referrals.announce_referrals, c.AnnounceReferrals, data)["announced"]

    def find_referrals(self, **wanted: Any) -> Facts:
        data = load(c.FindReferrals(), {"community": HERE} | wanted)
        return self._dumped(c.ReferralPage, finding.find_referrals(self.session, data))

    def visited(self) -> None:
        """A visit took place, and is in the sample."""
        self.hear("visit.done", visit=VISIT, household=HOME, on=str(TODAY), version=2)

    def record_feedback(self, outcome: str = "confirmed", **facts: Any) -> FeedbackCall:
        data = {"feedback": f"{VISIT}-FB", "outcome": outcome} | facts
        return self._do(feedback.record_feedback, c.RecordFeedback, data)

    def find_feedback(self, **wanted: Any) -> Facts:
        data = load(c.FindFeedback(), {"community": HERE} | wanted)
        return self._dumped(c.FeedbackPage, finding.find_feedback(self.session, data))

    def reveal(self, purpose: str = "home visit", household: str = HOME) -> Facts:
        data = {"household": household, "purpose": purpose}
        return self._do(reveal.reveal_household, c.RevealHousehold, data)

    def import_households(self, *records: Facts, dry_run: bool = False) -> Facts:
        return self._import(importing.import_households, records, dry_run)

    def import_needs(self, *records: Facts, dry_run: bool = False) -> Facts:
        return self._import(importing.import_needs, records, dry_run)

    def find_households(self, **wanted: Any) -> Facts:
        data = load(c.FindHouseholds(), {"community": HERE} | wanted)
        return self._dumped(
            c.HouseholdPage,
            finding.find_households(self.session, data, now=self.now, actor=self.actor),
        )

    def find_needs(self, **wanted: Any) -> Facts:
        data = load(c.FindNeeds(), {"community": HERE} | wanted)
        return self._dumped(c.NeedPage, finding.find_needs(self.session, data, now=self.now))

    def list_reviews(self, **wanted: Any) -> Facts:
        data = load(c.ListReviews(), {"community": HERE} | wanted)
        return self._dumped(c.ReviewPage, finding.list_reviews(self.session, data))

    def coverage(self) -> Facts:
        return self._dumped(c.CoverageView, covering.coverage(self.session, HERE))

    def hear(self, type_: str, **data: Any) -> None:
        """An event arrives, with whatever fields its publisher wrote."""
        loaded = load(c.CONSUMED[type_](unknown="exclude"), {"community": HERE} | data)
        match type_:
            case "household.certified":
                status.follow_certificate(self.session, loaded, now=self.now)
            case "household.decertified":
                status.follow_decertification(self.session, loaded, now=self.now)
            case "gift.receipted":
                gifts.follow_receipt(self.session, loaded, now=self.now)
            case "visit.done":
                feedback.follow_visit(self.session, loaded, percent=100)
            case _:
                pairings.follow_pairing(self.session, type_, loaded, now=self.now)
        self.session.flush()

    def pairing(self, act: str, version: int, pairing: str = "A1", **data: Any) -> None:
        facts = {"need": f"{HOME}-N1", "pairing": f"{HOME}-N1-{pairing}", "version": version}
        facts |= {"household": HOME, "volunteer": f"{HERE}-V001"} | data
        self.hear(f"pairing.{act}", **facts)

    def receipted(self) -> None:
        """The household has got the thing that was meant for its need."""
        facts = {"gift": f"{HERE}-G001", "need": f"{HOME}-N1", "household": HOME}
        self.hear("gift.receipted", kind="food", version=6, **facts)

    def news(self) -> list[Facts]:
        """The events since ``news`` was last asked for: type, subject, data."""
        everything = published(self.session)
        new = everything[self.told :]
        self.told = len(everything)
        return new

    def news_types(self) -> list[str]:
        return [event["type"] for event in self.news()]

    def _do(self, act: Callable[..., T], schema: type[Schema], data: Mapping[str, Any]) -> T:
        done = act(self.session, load(schema(), data), now=self.now, actor=self.actor)
        self.session.flush()
        return done

    def _import(self, act: Callable[..., Any], records: tuple[Facts, ...], dry_run: bool) -> Facts:
        numbered = [{"line": line} | record for line, record in enumerate(records, start=2)]
        data = {"community": HERE, "records": numbered, "dry_run": dry_run}
        return self._dumped(c.ImportReport, self._do(act, c.ImportRecords, data))

    def _dumped(self, schema: type[Schema], answer: Mapping[str, Any]) -> Facts:
        dumped: Facts = schema().dump(answer)
        return dumped


def a_record(data: Facts) -> Facts:
    """A registration as a row of an import."""
    return {name: value for name, value in data.items() if name != "community"}
