"""The entry points: what others can ask of this service, and what it listens to."""

from __future__ import annotations

from typing import Any

from households import contracts as c
from households.queries import covering, finding, rows, views
from households.settings import Settings
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
from households.web import create_app
from servicekit import audit
from servicekit.events import Event
from servicekit.service import EXTERNAL, Call, Database, Service, every, on_event, rpc
from servicekit.web import Web

Data = dict[str, Any]


class HouseholdsService(Service):
    """Who needs help."""

    name = "households"
    settings = Settings
    database = Database(c.PUBLISHED)
    web = Web(create_app)

    # -- households

    @rpc(c.RegisterHousehold, returns=c.HouseholdView)
    def register_household(self, call: Call, data: Data) -> Data:
        row = registration.register_household(call.session, data, now=call.now, actor=call.actor)
        return views.household_view(row, day=rows.today(call.session, call.now))

    @rpc(c.VerifyHousehold, returns=c.HouseholdView)
    def verify_household(self, call: Call, data: Data) -> Data:
        row = status.verify_household(call.session, data, now=call.now, actor=call.actor)
        return views.household_view(row, day=rows.today(call.session, call.now))

    @rpc(c.ChangeHousehold, returns=c.HouseholdView)
    def change_household(self, call: Call, data: Data) -> Data:
        row = changes.change_household(call.session, data, now=call.now, actor=call.actor)
        return views.household_view(row, day=rows.today(call.session, call.now))

    @rpc(c.MoveHousehold, returns=c.HouseholdView)
    def move_household(self, call: Call, data: Data) -> Data:
        row = changes.move_household(call.session, data, now=call.now, actor=call.actor)
        return views.household_view(row, day=rows.today(call.session, call.now))

    @rpc(c.ExitHousehold, returns=c.HouseholdView)
    def exit_household(self, call: Call, data: Data) -> Data:
        row = status.exit_household(call.session, data, now=call.now, actor=call.actor)
        return views.household_view(row, day=rows.today(call.session, call.now))

    @rpc(c.HouseholdRef, returns=c.HouseholdView)
    def erase_household(self, call: Call, data: Data) -> Data:
        row = erasing.erase_household(call.session, data, now=call.now, actor=call.actor)
        return views.household_view(row, day=rows.today(call.session, call.now))

    @rpc(c.HouseholdRef, returns=c.HouseholdView)
    def get_household(self, call: Call, data: Data) -> Data:
        row = rows.household(call.session, data["household"])
        return views.household_view(row, day=rows.today(call.session, call.now))

    @rpc(c.FindHouseholds, returns=c.HouseholdPage)
    def find_households(self, call: Call, data: Data) -> Data:
        return finding.find_households(call.session, data, now=call.now, actor=call.actor)

    @rpc(c.RevealHousehold, returns=c.RevealedView)
    def reveal_household(self, call: Call, data: Data) -> Data:
        return reveal.reveal_household(call.session, data, now=call.now, actor=call.actor)

    @rpc(c.ImportRecords, returns=c.ImportReport)
    def import_households(self, call: Call, data: Data) -> Data:
        return importing.import_households(call.session, data, now=call.now, actor=call.actor)

    # -- needs

    @rpc(c.RaiseNeed, returns=c.NeedView)
    def raise_need(self, call: Call, data: Data) -> Data:
        row = needs.raise_need(call.session, data, now=call.now, actor=call.actor)
        return views.need_view(row, day=rows.today(call.session, call.now))

    @rpc(c.ChangeNeed, returns=c.NeedView)
    def change_need(self, call: Call, data: Data) -> Data:
        row = needs.change_need(call.session, data, now=call.now, actor=call.actor)
        return views.need_view(row, day=rows.today(call.session, call.now))

    @rpc(c.CloseNeed, returns=c.NeedView)
    def close_need(self, call: Call, data: Data) -> Data:
        row = needs.close_need(call.session, data, now=call.now, actor=call.actor)
        return views.need_view(row, day=rows.today(call.session, call.now))

    @rpc(c.NeedRef, returns=c.NeedView)
    def resume_need(self, call: Call, data: Data) -> Data:
        row = needs.resume_need(call.session, data, now=call.now, actor=call.actor)
        return views.need_view(row, day=rows.today(call.session, call.now))

    @rpc(c.NeedRef, returns=c.NeedView)
    def get_need(self, call: Call, data: Data) -> Data:
        row = rows.need(call.session, data["need"])
        return views.need_view(row, day=rows.today(call.session, call.now))

    @rpc(c.FindNeeds, returns=c.NeedPage)
    def find_needs(self, call: Call, data: Data) -> Data:
        return finding.find_needs(call.session, data, now=call.now)

    @rpc(c.ImportRecords, returns=c.ImportReport)
    def import_needs(self, call: Call, data: Data) -> Data:
        return importing.import_needs(call.session, data, now=call.now, actor=call.actor)

    # -- reviews

    @rpc(c.CompleteReview, returns=c.ReviewView)
    def complete_review(self, call: Call, data: Data) -> Data:
        row = reviews.complete_review(call.session, data, now=call.now, actor=call.actor)
        return views.review_view(row)

    @rpc(c.ListReviews, returns=c.ReviewPage)
    def list_reviews(self, call: Call, data: Data) -> Data:
        return finding.list_reviews(call.session, data)

    @rpc(c.AnnounceReviews, returns=c.Announced)
    def announce_reviews(self, call: Call, data: Data) -> Data:
        return reviews.announce_reviews(call.session, data, now=call.now, actor=call.actor)

    @every("DAILY_ROUND_SECONDS")
    def daily_round(self, call: Call) -> None:
        with call.transaction() as session:
            everywhere = {"community": None, "today": None}
            reviews.announce_reviews(session, everywhere, now=call.now, actor=call.actor)
            referrals.announce_referrals(session, everywhere, now=call.now, actor=call.actor)
        with call.transaction() as session:
            days = call.settings.retention_days
            erasing.erase_expired(session, days=days, now=call.now, actor=call.actor)

    # -- what is too much for a volunteer

    @rpc(c.RaiseConcern, returns=c.ConcernView)
    def raise_concern(self, call: Call, data: Data) -> Data:
        row = concerns.raise_concern(call.session, data, now=call.now, actor=call.actor)
        return views.concern_view(row, role=call.actor.role)

    @rpc(c.CloseConcern, returns=c.ConcernView)
    def close_concern(self, call: Call, data: Data) -> Data:
        row = concerns.close_concern(call.session, data, now=call.now, actor=call.actor)
        return views.concern_view(row, role=call.actor.role)

    @rpc(c.ConcernRef, returns=c.ConcernView)
    def get_concern(self, call: Call, data: Data) -> Data:
        return views.concern_view(rows.concern(call.session, data["concern"]), role=call.actor.role)

    @rpc(c.FindConcerns, returns=c.ConcernPage)
    def find_concerns(self, call: Call, data: Data) -> Data:
        return finding.find_concerns(call.session, data, actor=call.actor)

    @rpc(c.RevealConcern, returns=c.RevealedConcern)
    def reveal_concern(self, call: Call, data: Data) -> Data:
        return concerns.reveal_concern(call.session, data, now=call.now, actor=call.actor)

    @rpc(c.RequestReferral, returns=c.ReferralView)
    def request_referral(self, call: Call, data: Data) -> Data:
        row = referrals.request_referral(call.session, data, now=call.now, actor=call.actor)
        return views.referral_view(row)

    @rpc(c.ConsentReferral, returns=c.ReferralView)
    def consent_referral(self, call: Call, data: Data) -> Data:
        row = referrals.consent_referral(call.session, data, now=call.now, actor=call.actor)
        return views.referral_view(row)

    @rpc(c.ReferralRef, returns=c.ReferralView)
    def accept_referral(self, call: Call, data: Data) -> Data:
        row = referrals.accept_referral(call.session, data, now=call.now, actor=call.actor)
        return views.referral_view(row)

    @rpc(c.ReturnReferral, returns=c.ReferralView)
    def return_referral(self, call: Call, data: Data) -> Data:
        row = referrals.return_referral(call.session, data, now=call.now, actor=call.actor)
        return views.referral_view(row)

    @rpc(c.CloseReferral, returns=c.ReferralView)
    def close_referral(self, call: Call, data: Data) -> Data:
        row = referrals.close_referral(call.session, data, now=call.now, actor=call.actor)
        return views.referral_view(row)

    @rpc(c.ReferralRef, returns=c.ReferralView)
    def get_referral(self, call: Call, data: Data) -> Data:
        return views.referral_view(rows.referral(call.session, data["referral"]))

    @rpc(c.FindReferrals, returns=c.ReferralPage)
    def find_referrals(self, call: Call, data: Data) -> Data:
        return finding.find_referrals(call.session, data)

    @rpc(c.AnnounceReferrals, returns=c.Announced)
    def announce_referrals(self, call: Call, data: Data) -> Data:
        return referrals.announce_referrals(call.session, data, now=call.now, actor=call.actor)

    # -- what the household says of its visits

    @rpc(c.RecordFeedback, returns=c.FeedbackView)
    def record_feedback(self, call: Call, data: Data) -> Data:
        row = feedback.record_feedback(call.session, data, now=call.now, actor=call.actor)
        return views.feedback_view(row)

    @rpc(c.FindFeedback, returns=c.FeedbackPage)
    def find_feedback(self, call: Call, data: Data) -> Data:
        return finding.find_feedback(call.session, data)

    # -- the community as a whole

    @rpc(c.CommunityRef, returns=c.CoverageView)
    def coverage(self, call: Call, data: Data) -> Data:
        return covering.coverage(call.session, data["community"])

    @rpc(c.CommunityRef, returns=c.AuditView)
    def verify_audit(self, call: Call, data: Data) -> audit.Verdict:
        return audit.verify(call.session, data["community"])

    # -- what others say

    @on_event("pairing.started", "pairing.ended", source="volunteers", schema=c.PairingSeen)
    def follow_pairing(self, call: Call, event: Event) -> None:
        pairings.follow_pairing(call.session, event.type, event.data, now=call.now)

    @on_event("visit.done", source="volunteers", schema=c.VisitSeen, batch=True)
    def follow_visits(self, call: Call, events: list[Event]) -> None:
        for event in events:
            feedback.follow_visit(call.session, event.data, percent=call.settings.feedback_percent)

    @on_event("gift.receipted", source="volunteers", schema=c.GiftSeen)
    def follow_receipt(self, call: Call, event: Event) -> None:
        gifts.follow_receipt(call.session, event.data, now=call.now)

    @on_event("household.certified", source=EXTERNAL, schema=c.HouseholdCertified)
    def follow_certificate(self, call: Call, event: Event) -> None:
        status.follow_certificate(call.session, event.data, now=call.now)

    @on_event("household.decertified", source=EXTERNAL, schema=c.HouseholdDecertified)
    def follow_decertification(self, call: Call, event: Event) -> None:
        status.follow_decertification(call.session, event.data, now=call.now)
