"""The phrases that explanations are made of: (zh-CN, English), with places for the facts."""

NAMES: dict[str, tuple[str, str]] = {
    "scope": ("服务范围", "scope"),
    "active": ("启用状态", "state"),
    "aid_kind": ("帮扶类别", "aid kind"),
    "capacity": ("名额", "capacity"),
    "skills": ("技能", "skills"),
    "clearances": ("证明", "clearances"),
    "minor_consent": ("未成年人", "minors"),
    "minors_welcome": ("接待未成年人", "minors welcome"),
    "gender": ("性别", "gender"),
    "language": ("语言", "language"),
    "schedule": ("时间", "schedule"),
    "distance": ("距离", "distance"),
    "restrictions": ("住户限制", "restrictions"),
    "declined": ("此前谢绝", "declined"),
}

FAILS: dict[str, tuple[str, str]] = {
    "scope": (
        "服务范围为{serves}，需求在{need_community}",
        "serves {serves}, not {need_community}",
    ),
    "active": ("目前未启用", "is not active"),
    "aid_kind": ("未报名{needed}", "does not offer {needed}"),
    "capacity": (
        "名额已满：已结对{load}户，上限{capacity}户",
        "has no room left: {load} of {capacity} pairings",
    ),
    "skills": ("缺少技能：{missing}", "lacks the skill {missing}"),
    "lacking": ("{asked_of}没有证明：{lacking}", "no clearance {lacking} is held by {asked_of}"),
    "expired": (
        "{asked_of}的证明已过期：{expired}",
        "the clearance of {asked_of} has expired: {expired}",
    ),
    "consent": ("未成年且没有监护人同意", "is a minor without a guardian's consent"),
    "companion": (
        "未成年且没有可陪同的成年人",
        "is a minor without an active adult companion",
    ),
    "minors_welcome": ("未成年，该户只接受成年人", "is a minor; the household asks for adults"),
    "gender": (
        "该户要求志愿者性别为{asked}（{refused}不符）",
        "the household asks for {asked} visitors, which {refused} is not",
    ),
    "language": (
        "不会该户必需的语言：{missing}",
        "does not know {missing}, which it cannot do without",
    ),
    "schedule": (
        "共同空闲不足：最长{longest}分钟、{days_in_common}天够用，需{minutes}分钟、{days}天",
        "shares {longest} min at most, {days_in_common} of {days} days with {minutes} min",
    ),
    "at_school": ("在校时间不计", "hours at school do not count"),
    "distance": (
        "距离{metres}米，规则上限{bound}米，本人上限{own_bound}米",
        "is {metres} m away; the rules allow {bound} m, the volunteer {own_bound} m",
    ),
    "restrictions": ("该户不希望{unwanted}上门", "the household asked not to have {unwanted}"),
    "declined": ("此前该需求的推荐已被谢绝", "was declined for this need before"),
}

PASSES: dict[str, tuple[str, str]] = {
    "scope": ("服务范围包括{need_community}", "serves {need_community}"),
    "active": ("已启用", "is active"),
    "aid_kind": ("已报名{needed}", "offers {needed}"),
    "capacity": (
        "还有名额：已结对{load}户，上限{capacity}户",
        "has room: {load} of {capacity} pairings",
    ),
    "skills": ("所需技能：{needed}，均具备", "has every skill needed: {needed}"),
    "clearances": ("所需证明：{needed}，均有效", "every clearance needed is valid: {needed}"),
    "minor_consent": (
        "已成年，或有监护人同意及陪同",
        "is an adult, or comes with consent and company",
    ),
    "minors_welcome": ("该户愿意接待", "is of an age that the household welcomes"),
    "gender": ("该户的性别要求（{asked}）已满足", "meets the household's wish: {asked}"),
    "language": ("没有缺少必需的语言", "knows every language that must be"),
    "schedule": (
        "共同空闲足够：最长{longest}分钟，需{minutes}分钟、{days}天",
        "shares {longest} min at most, {days_in_common} of {days} days with {minutes} min",
    ),
    "distance": FAILS["distance"],
    "restrictions": ("该户没有不愿接待", "nobody who comes is unwanted"),
    "declined": ("此前未被谢绝", "was not declined for this need before"),
}

NOBODY: dict[str, tuple[str, str]] = {
    "scope": ("没有人服务{needed}", "0 serve {needed}"),
    "active": ("没有人处于启用状态", "0 are active"),
    "aid_kind": ("没有人报名{needed}", "0 offer {needed}"),
    "capacity": ("没有人还有名额", "0 have room left"),
    "skills": ("没有人具备技能{needed}", "0 hold the skill {needed}"),
    "clearances": ("没有人持有有效的{needed}", "0 hold a valid {needed}"),
    "minor_consent": (
        "没有成年人，也没有获同意并有人陪同的未成年人",
        "0 are adults, or minors with consent and a companion",
    ),
    "minors_welcome": ("没有成年人", "0 are adults"),
    "gender": ("没有人符合性别要求{needed}", "0 meet the wish for {needed} visitors"),
    "language": ("没有人会{needed}", "0 know {needed}"),
    "schedule": ("没有人的空闲与该户相合", "0 have time when the household has"),
    "distance": ("没有人住得够近（上限{needed}米）", "0 live near enough (at most {needed} m)"),
    "restrictions": ("没有人是该户愿意接待的", "0 are welcome to the household"),
    "declined": ("每个人都已被谢绝过", "0 have not been declined before"),
}

FACTORS: dict[str, tuple[str, str]] = {
    "distance": ("距离：{metres}米", "distance: {metres} m"),
    "skills": ("相关技能：{extra}", "relevant skills: {extra}"),
    "language": ("语言：{shared}", "language: {shared}"),
    "schedule": (
        "时间：每周共同{common_minutes}分钟",
        "schedule: {common_minutes} minutes a week in common",
    ),
    "continuity": ("延续：{served_before}", "continuity: served before: {served_before}"),
    "load": ("负担：{load}/{capacity}户", "load: {load} of {capacity} pairings"),
    "age_fit": ("辅导适合度", "age fit for tutoring"),
}

FACTOR_LABELS: dict[str, tuple[str, str]] = {
    "distance": ("距离", "distance"),
    "skills": ("相关技能", "relevant skills"),
    "language": ("语言", "language"),
    "schedule": ("时间", "schedule"),
    "continuity": ("延续", "continuity"),
    "load": ("负担", "load"),
    "age_fit": ("辅导适合度", "age fit for tutoring"),
}
