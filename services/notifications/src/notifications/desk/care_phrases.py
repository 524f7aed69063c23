"""The phrases about concerns and referrals: key → (Chinese, English)."""

from __future__ import annotations

CARE: dict[str, tuple[str, str]] = {
    "care": ("关切转介", "Care"),
    "care_lead": (
        "超出志愿服务范围的情况：查看、转介专业人员、跟进到结案。每次查看内容都会留痕。",
        "What is too much for a volunteer: read it, refer it, see it through. Readings are kept.",
    ),
    "care_empty": ("没有待处理的关切。", "No concern is open."),
    "care_due": ("{day}前接案", "to accept by {day}"),
    "care_purpose": ("查看原因", "Why you read it"),
    "care_read": ("查看内容", "Read"),
    "care_no_note": ("没有文字说明。", "Nothing was written."),
    "care_refer": ("转介", "Refer"),
    "care_refer_by": ("转介给", "To whom"),
    "care_refer_done": ("已发起转介，等待家庭同意。", "Referred; the household has to agree."),
    "care_settle": ("结案", "Close"),
    "care_settle_by": ("结案原因", "Why it is closed"),
    "care_settle_done": ("已结案。", "Closed."),
    "care_consent": ("登记同意", "Record consent"),
    "care_consent_by": ("依据", "On what ground"),
    "care_consent_done": ("已登记，等待专业人员接案。", "Recorded; a professional may accept."),
    "care_take": ("我来接案", "I accept it"),
    "care_take_done": ("已接案。", "Accepted."),
    "care_return": ("退回", "Return"),
    "care_return_by": ("退回原因", "Why it comes back"),
    "care_return_done": ("已退回，关切重新待处理。", "Returned; the concern is open again."),
    "care_end": ("结束转介", "Finish"),
    "care_end_by": ("结果", "Outcome"),
    "care_end_done": ("转介已结束，关切已结案。", "Finished, and the concern with it."),
}
