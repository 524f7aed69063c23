"""Staff read other services' codes in words; a code that is added there gets its words here."""

import pytest

from households.domain import caring, codes, feedback
from notifications.domain import giving_words, people_words, recognition_words, words
from servicekit.codes import LabelledEnum
from volunteers.domain import activities, gifts, projects, reciprocity, recognition, training
from volunteers.domain import codes as helping


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (words.Basis, caring.Basis),
        (words.Concern, caring.ConcernKind),
        (words.ConcernOutcome, caring.ConcernOutcome),
        (words.ConcernStatus, caring.ConcernStatus),
        (words.FeedbackOutcome, feedback.FeedbackOutcome),
        (people_words.AbsenceReason, helping.AbsenceReason),
        (people_words.Ground, activities.Ground),
        (people_words.MemberRole, activities.MemberRole),
        (people_words.PartnerKind, helping.PartnerKind),
        (people_words.VolunteerKind, helping.VolunteerKind),
        (recognition_words.Evidence, recognition.Evidence),
        (recognition_words.FlagKind, recognition.FlagKind),
        (recognition_words.HonourLevel, training.HonourLevel),
        (recognition_words.HonourOf, training.HonourOf),
        (recognition_words.HoursDoubt, helping.HoursDoubt),
        (recognition_words.HoursState, helping.HoursState),
        (recognition_words.Silence, helping.SilenceLevel),
        (words.NeedUrgency, codes.Urgency),
        (words.Profession, caring.Profession),
        (words.Referral, caring.ReferralStatus),
        (words.ReferralOutcome, caring.ReferralOutcome),
        (words.ReferralReturn, caring.ReturnReason),
        (giving_words.GiftKind, gifts.GiftKind),
        (giving_words.GiftState, gifts.GiftState),
        (giving_words.Route, projects.Route),
        (giving_words.ProjectState, projects.ProjectState),
        (giving_words.Paper, projects.Paper),
        (giving_words.Merit, projects.Merit),
        (giving_words.Indicator, projects.Indicator),
        (giving_words.Nature, projects.Nature),
        (giving_words.Side, projects.Side),
        (giving_words.RejectReason, projects.RejectReason),
        (giving_words.Unit, reciprocity.Unit),
        (giving_words.Standing, reciprocity.Standing),
    ],
)
def test_every_code_of_the_others_has_its_words(
    here: type[LabelledEnum], there: type[LabelledEnum]
) -> None:
    assert {each.value for each in here} == {each.value for each in there}
