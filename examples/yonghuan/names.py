"""Chinese names that sound like their bearer's age: surnames by how common they are, given names
by the decade of birth. Everybody here is invented.
"""

from random import Random

# Share of the population in per mille, rounded; the tail stands for the many rare ones.
SURNAMES = {
    "王": 72, "李": 70, "张": 66, "刘": 55, "陈": 32, "杨": 30, "赵": 34, "孙": 24, "周": 16,
    "吴": 15, "徐": 15, "于": 12, "马": 12, "高": 12, "朱": 9, "郭": 10, "宋": 9, "何": 8,
    "林": 8, "郑": 7, "梁": 6, "韩": 8, "唐": 5, "冯": 6, "董": 6, "曹": 6, "袁": 4, "许": 5,
    "曾": 3, "田": 4, "姜": 5, "佟": 3, "关": 4, "白": 3, "付": 4, "崔": 4, "孟": 3, "石": 3,
    "纪": 2, "那": 2, "丛": 2,
}  # fmt: skip
KOREAN_SURNAMES = {"金": 45, "朴": 30, "崔": 25}

# (born up to and including, female names, male names)
GIVEN_NAMES: tuple[tuple[int, str, str], ...] = (
    (
        1949,
        "桂兰 淑珍 秀英 玉兰 桂英 凤琴 淑芬 素珍 玉珍 桂芝 淑贤 秀兰 凤英 雅琴 玉芝 淑清 素华 秀芝",
        "德福 振海 国栋 玉山 长林 永贵 树森 宝山 庆余 凤山 福田 景春 殿臣 连生 广才 文举 成武 春生",
    ),
    (
        1965,
        "丽华 桂芹 淑华 红 玉梅 亚芹 秀云 建华 艳华 淑云 春梅 敏 凤霞 玉霞 国英 亚珍 桂珍 淑梅",
        "建国 国强 军 卫东 铁军 志刚 宝成 建军 立新 福生 学军 国华 玉林 长海 德胜 世杰 维民 永胜",
    ),
    (
        1985,
        "丽 敏 静 艳 丹 晓红 颖 冬梅 丽娜 海燕 春燕 莉 晶 雪梅 玲 立娟 红梅 晓燕 慧 宏宇",
        "伟 强 涛 勇 鹏 刚 海涛 志强 洪伟 晓东 立军 庆伟 宏伟 大勇 永刚 彦军 春雷 岩 辉 明",
    ),
    (
        2003,
        "婷婷 雪 佳 欣 思琪 萌 雨薇 娜 璐 晓彤 悦 倩 美琪 诗雨 冰 可心 文静 楠",
        "浩 宇 磊 鑫 博 天宇 俊杰 家豪 旭 泽宇 子健 帅 一鸣 明阳 嘉琦 凯 文博 健",
    ),
    (
        2030,
        "梓涵 欣怡 一诺 诗涵 雨桐 可馨 若曦 思彤 语桐 依诺 佳怡 梦瑶 沐瑶 钰涵 芮 晨曦 子萱 安琪",
        "浩然 子轩 宇航 沐宸 铭轩 子墨 奕辰 俊熙 梓豪 皓轩 一凡 博文 思远 泽楷 睿 嘉懿 明轩 佳睿",
    ),
)


def surname(chance: Random, of: dict[str, int] = SURNAMES) -> str:
    """One surname, the common ones more often."""
    return chance.choices(list(of), weights=list(of.values()))[0]


def given_name(chance: Random, gender: str, born: int) -> str:
    """A given name of one or two characters, as parents chose them around the year `born`."""
    women, men = next((women, men) for until, women, men in GIVEN_NAMES if born <= until)
    return chance.choice((women if gender == "female" else men).split())
