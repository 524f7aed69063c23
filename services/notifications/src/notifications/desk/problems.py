"""What is wrong with a field, in the reader's language: services say it in English."""

from __future__ import annotations

import re

from notifications.desk.words import english

CHINESE: tuple[tuple[str, str], ...] = (
    # where something stands, and who may not
    (r"cannot go from|cannot become|and cannot be", "目前的状态不允许这样做，请刷新页面查看"),
    (r"and no longer served", "该家庭已不在服务范围内"),
    (r"was erased on", "个人信息已删除，请用新的编号重新登记"),
    (r"(?:runs|while it runs|once it runs)$", "项目尚未开展或已结束"),
    (r"is reviewed while reviewing", "项目不在评审阶段"),
    (r"nothing changes in it any more", "项目已结束，不能再改"),
    (r"drafted it; have others review it", "不能评审自己起草的项目"),
    (r"does not decide on projects", "项目由主任决定"),
    (r"goes together with rejected", "只有驳回时才填写驳回原因"),
    (r"entered the hours of flag|claimed top-up", "不能处理自己登记的时长，请由同事办理"),
    (r"is settled for good", "标记已处理，不能更改"),
    (r"settle the flag first", "请先处理标记"),
    (r"has no hours; log it first", "该次走访还没有时长，请先登记"),
    (r"cannot be known before", "请在走访当天登记"),
    (r"are missing for a partial visit", "部分完成的走访请填写分钟数"),
    (r"don't go with", "该结果不填分钟数"),
    (r"does not deal with concerns", "关切由协调员或社工处理"),
    (r"is of another household", "不属于这户家庭"),
    (r"is with a professional", "已转交专业人员，请先退回或办结转介"),
    (r"is referred already", "已有转介在办，请先退回"),
    (r"is no social worker", "请由社工办理"),
    (r"raise a concern if there is more", "已回访；如有新情况，请登记关切"),
    (r"does not look after the staff there", "您不管理那里的人员"),
    (r"does not work where", "您不在此人服务的社区工作"),
    # pairings
    (r"was taken meanwhile", "已被抢先配对，请刷新后再看"),
    (r"has the live pairing", "该需求已有进行中的结对"),
    (r"only an open need is paired", "只有开放的需求可以结对"),
    (r"is handed over for now", "结对目前由候补代理，请待志愿者回来后再办"),
    (r"record the renewed paper", "证明已过期，请先登记新的证明"),
    (r"record a renewal with its own date", "续期请按新的签发日期登记"),
    # activities
    (r"is not on the child's pick-up list", "不在接送名单上，请联系监护人，不要让孩子离开"),
    (r"nobody who may collect them", "没有可接送的人，请先添加"),
    (r"sign in on that day", "不是今天的场次，请在当天签到"),
    (r"not there; sign in first", "还没有签到，请先签到"),
    (r"are not signed out", "还有孩子没有签退，请先签退"),
    (r"add another adult first", "看护人员不足，请先增加成年人"),
    (r"has not completed (\S+) for", r"尚未完成课程 \1，请先参加培训"),
    (r"has not begun; cancel it", "场次还没有开始；如不举办，请取消"),
    (r"choose one that is still to come", "该场次已结束或已取消"),
    (r"takes nobody now", "该场次目前不接受报名"),
    (r"are more than the \d+ places", "人数超过名额，请分别报名"),
    (r"the offer of \S+ has run out", "名额保留期已过，请重新报名"),
    (r"ask for it as a topic instead", "该场次已不接受提问，请作为话题提出"),
    (r"let them join again first", "已退出协会，请先重新加入"),
    (r"has no birth date", "没有出生日期，请先登记"),
    (r"name an association", "请选择协会"),
    (r"activate the volunteer or ask another", "此人目前不在岗，请另请他人"),
    # papers, hours, things
    (r"is not a period up to today", "起止日期不对，最晚到今天"),
    (r"has no verified hours", "这段时间没有已核实的时长，请先核实"),
    (r"has no office that issues", "本社区没有出具单位，请先登记为合作单位"),
    (r"certificate \S+ is revoked", "证明已撤销，请重新出具"),
    (r"a record of growth is for pupils", "成长记录只用于学生，其他人请出具证明"),
    (r"is another one; choose another code", "这个编号已被使用，请换一个编号"),
    (r"give a later day", "请选更晚的日期"),
    (r"record it on that day or later", "请在当天或之后登记"),
    (r"is too far ahead", "日期太远"),
    (r"cannot confirm for a household", "不能替家庭确认，请由其协调员办理"),
    (r"said that it was delivered", "须由另一位同事确认收到"),
    (r"is another community's", "属于别的社区"),
    (r"asks for no things now", "该需求目前不需要物资"),
    (r"; give one for each of the", "条数不对，请每行填一个"),
    (r"are not needed; see the catalogue", "这项服务不需要这份材料"),
    (r"hand them in first", "材料不全，请先补交"),
    (r"can be rated once it is done", "办结后才能评价"),
    (r"a rating is not changed", "已评价，不能更改"),
    (r"ask for the service again instead", "该申请已了结，请重新申请"),
    (r"is not a recurrence rule|is finer than days|or an end of its own", "重复方式不对"),
    (r"is too short; give at least (\d+)", r"太短，至少 \1 个字符"),
    (r"has too few different characters", "字符种类太少，请混合使用"),
    # fields
    (r"is missing", "请填写"),
    (r"is empty", "请填写"),
    (r"is not a date", "日期不对，请写成 2026-11-23"),
    (r"is not a time of day", "时间不对，请写成 15:30"),
    (r"is not a whole number", "请填整数"),
    (r"is too large|is too long", "太大或太长"),
    (r"is out of range; give (\S+) to (\S+)", r"请填 \1 到 \2"),
    (r"has the wrong length|is not a (?:text|note)|are not a lesson|is no title", "太长或为空"),
    (r"is not a name", "请填姓名，最多 100 字"),
    (r"is not a code;", "编号只用字母、数字和横线，最多 20 位"),
    (r"is not an id|does not exist", "没有这个编号，请核对，或先登记"),
    (r"is not in the (?:code )?list", "请从列表中选择"),
    (r"is not a (?:mobile|phone|telephone)|phone", "电话号码不对"),
    (r"is not a web address", "网址不对，请写成 https://…"),
    (r"lies before|is not after|lies below", "先后颠倒，请对调"),
    (r"lies in the (?:past|future)|has not come yet|lies after", "日期不合适，请核对"),
    (r"is registered with other data", "这个编号已登记给别人，请换一个编号"),
    (r"is planned with other facts", "这个编号已有别的活动，请换一个编号"),
    (r"claims something else", "同一时刻已有另一份申报"),
    (r"looks after \S+ at that time", "此人同一时间另有看护任务"),
    (r"is under age", "未成年人不能看护孩子"),
    (r"has no .* valid on", "此人没有当天有效的证明，请先登记"),
    (r"is (?:paused|suspended|lapsed|left|applied|screening)", "此人目前不在岗"),
    (r"(?:belongs to|works for|lives in|is registered in) another community", "属于别的社区"),
    (r"is not offered now", "这项服务目前不办"),
    (r"is no file of a project|is no project", "这不是导出的项目文件"),
    (r"is not known; export it", "文件版本不认识，请用新版本重新导出"),
    (r"does not work for all these communities", "此人不在同样的社区工作，请另选"),
    (r"is the member; name a colleague", "不能由本人代理，请选一位同事"),
    (r"is \d+ on that day and the session is for ages", "年龄不在本场次范围内"),
    (r"has no consent|consent", "缺监护人书面同意"),
    (r"only a draft can be changed", "已不是草稿，不能再改"),
    (r"places in session \S+ are promised", "已承诺的名额更多，不能少于它"),
)


def in_words(text: str) -> str:
    """A service's ``problem; remedy`` for the reader at hand; where nobody has put it into Chinese,
    as it is."""
    if english():
        return text
    for pattern, chinese in CHINESE:
        if found := re.search(pattern, text):
            return found.expand(chinese)
    return text
