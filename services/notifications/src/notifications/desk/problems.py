"""What is wrong with a field, in the reader's language: services say it in English."""

from __future__ import annotations

import re

from notifications.desk.words import english

CHINESE: tuple[tuple[str, str], ...] = (
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
    (r"is not a recurrence rule", "重复方式不对"),
    (r"is registered with other data", "这个编号已登记给别人，请换一个编号"),
    (r"is planned with other facts", "这个编号已有别的活动，请换一个编号"),
    (r"claims something else", "同一时刻已有另一份申报"),
    (r"looks after \S+ at that time", "此人同一时间另有看护任务"),
    (r"is under age", "未成年人不能看护孩子"),
    (r"has no .* valid on", "此人没有当天有效的证明，请先登记"),
    (r"is (?:paused|suspended|lapsed|left|applied|screening)", "此人目前不在岗"),
    (r"(?:belongs to|works for|lives in|is registered in) another community", "属于别的社区"),
    (r"is not offered now", "这项服务目前不办"),
    (r"is (?:a|an) (?:office|school|company|association); name an association", "请选择协会"),
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
