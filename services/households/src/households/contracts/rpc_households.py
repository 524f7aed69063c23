"""RPC about households, their reviews, and the community as a whole."""

from __future__ import annotations

from marshmallow import fields

from households.contracts.fields import (
    ShortCode,
    Words,
    between,
    count,
    degrees_east,
    degrees_north,
)
from households.domain.codes import (
    AidKind,
    ConsentGiver,
    ConsentPurpose,
    Disability,
    ExitReason,
    GenderWish,
    HouseholdStatus,
    NeedStatus,
    ReviewOutcome,
    ReviewStatus,
    Role,
)
from servicekit.schemas import Code, Community, Id, LocalDate, PageArgs, Schema, page_of

PHONE_LENGTH = 40


class MemberFacts(Schema):
    """A person; ``grade`` is the school grade, 1 to 12."""

    role = Code(Role, required=True)
    name = Words(60, required=True)
    identity_number = fields.String(required=True)
    phone = Words(PHONE_LENGTH, load_default=None)
    disability = Code(Disability, load_default=Disability.NONE)
    grade = count(1, 12, load_default=None)


class Restrictions(Schema):
    """Whom the household lets in; whoever it does not speak of is welcome."""

    gender = Code(GenderWish, load_default=GenderWish.ANY)
    minors_welcome = fields.Boolean(load_default=True)


class ConsentFacts(Schema):
    """What was agreed to, when, and who spoke."""

    purpose = Code(ConsentPurpose, required=True)
    given_on = LocalDate(required=True)
    by = Code(ConsentGiver, load_default=ConsentGiver.HEAD)


class HouseholdFacts(Schema):
    """A registration; degrees in WGS-84, of which about 100 m are kept."""

    code = ShortCode(required=True)
    building = Words(40, required=True)
    address = Words(200, required=True)
    latitude = degrees_north(required=True)
    longitude = degrees_east(required=True)
    phone = Words(PHONE_LENGTH, load_default=None)
    members = fields.List(fields.Nested(MemberFacts), required=True, validate=between(1, 30))
    restrictions = fields.Nested(Restrictions, load_default=lambda: Restrictions().load({}))
    consent = fields.List(fields.Nested(ConsentFacts), required=True, validate=between(1, 10))


class RegisterHousehold(HouseholdFacts):
    """register_household"""

    community = Community(required=True)


class HouseholdRef(Schema):
    """get_household, erase_household"""

    household = Id(required=True)


class VerifyHousehold(HouseholdRef):
    """verify_household: eligible until ``valid_until`` (included)."""

    certified_on = LocalDate(required=True)
    valid_until = LocalDate(required=True)
    income_stable = fields.Boolean(load_default=True)


class NewRestrictions(Schema):
    """The restrictions to change."""

    gender = Code(GenderWish)
    minors_welcome = fields.Boolean()


class ChangeHousehold(HouseholdRef):
    """change_household: only the fields given are changed; ``phone: null`` removes it."""

    phone = Words(PHONE_LENGTH, allow_none=True)
    address = Words(200)
    building = Words(40)
    restrictions = fields.Nested(NewRestrictions)


class MoveHousehold(HouseholdRef):
    """move_household: with another ``to_community`` the household leaves this one."""

    to_community = Community(load_default=None)
    building = Words(40, required=True)
    address = Words(200, required=True)
    latitude = degrees_north(required=True)
    longitude = degrees_east(required=True)


class ExitHousehold(HouseholdRef):
    """exit_household"""

    reason = Code(ExitReason, required=True)
    on = LocalDate(required=True)


class FindHouseholds(PageArgs):
    """find_households: ``code`` may be its beginning; ``aid_kind`` asks for a live need of it."""

    community = Community(required=True)
    status = Code(HouseholdStatus, load_default=None)
    aid_kind = Code(AidKind, load_default=None)
    building = fields.String(load_default=None)
    code = fields.String(load_default=None)
    identity_number = fields.String(load_default=None)


class HouseholdView(Schema):
    """A household without personal data. Ages count on the day of asking."""

    id = Id()
    community = Community()
    code = ShortCode()
    status = Code(HouseholdStatus)
    building = fields.String()
    latitude = fields.Float()
    longitude = fields.Float()
    size = fields.Integer()
    elderly = fields.Integer(metadata={"description": "members aged 60 or more"})
    minors = fields.Integer(metadata={"description": "members under 18"})
    disabled = fields.Integer()
    gender = Code(GenderWish)
    minors_welcome = fields.Boolean()
    certified_on = LocalDate(allow_none=True)
    valid_until = LocalDate(allow_none=True)
    review_due = LocalDate(allow_none=True)
    moved_to = Community(allow_none=True)
    erased_on = LocalDate(allow_none=True)
    version = fields.Integer()


HouseholdPage = page_of(HouseholdView)


class RevealHousehold(HouseholdRef):
    """reveal_household: ``purpose`` goes into the audit."""

    purpose = Words(200, required=True)


class RevealedMember(Schema):
    member = Id()
    role = Code(Role)
    name = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)


class RevealedNeed(Schema):
    need = Id()
    note = fields.String(allow_none=True)


class RevealedView(Schema):
    """Personal data, for one reading. What has been erased is null; ``withheld`` names fields that
    the caller's role may not see now."""

    household = Id()
    address = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    members = fields.List(fields.Nested(RevealedMember))
    needs = fields.List(fields.Nested(RevealedNeed))
    withheld = fields.List(fields.String())


class CompleteReview(Schema):
    """complete_review"""

    review = Id(required=True)
    outcome = Code(ReviewOutcome, required=True)
    on = LocalDate(required=True)


class ListReviews(PageArgs):
    """list_reviews: those still to be done that are due on or before ``due_until``."""

    community = Community(required=True)
    due_until = LocalDate(required=True)


class AnnounceReviews(Schema):
    """announce_reviews: of one community or all; ``today`` defaults to the local date."""

    community = Community(load_default=None)
    today = LocalDate(load_default=None)


class Announced(Schema):
    announced = fields.Integer()


class ReviewView(Schema):
    id = Id()
    community = Community()
    household = Id()
    due_on = LocalDate()
    status = Code(ReviewStatus)
    outcome = Code(ReviewOutcome, allow_none=True)
    completed_on = LocalDate(allow_none=True)
    version = fields.Integer()


ReviewPage = page_of(ReviewView)


class CommunityRef(Schema):
    """coverage, verify_audit"""

    community = Community(required=True)


class KindCoverage(Schema):
    """Needs of one aid kind; ``share`` of them (0 to 1) is matched or met."""

    aid_kind = Code(AidKind)
    total = fields.Integer()
    open = fields.Integer()
    matched = fields.Integer()
    met = fields.Integer()
    suspended = fields.Integer()
    share = fields.Float()


class CoverageCell(Schema):
    """A household: per aid kind it needs, the worst state of its needs."""

    household = Id()
    code = ShortCode()
    building = fields.String()
    status = Code(HouseholdStatus)
    needs = fields.Dict(keys=fields.String(), values=Code(NeedStatus))


class CoverageView(Schema):
    community = Community()
    households = fields.Dict(keys=fields.String(), values=fields.Integer())
    kinds = fields.List(fields.Nested(KindCoverage))
    cells = fields.List(fields.Nested(CoverageCell))


class AuditView(Schema):
    """Whether the audit chain of a community is whole; ``broken_at``: the first wrong entry."""

    community = Community()
    entries = fields.Integer()
    intact = fields.Boolean()
    broken_at = fields.String(allow_none=True)
