"""Invented names: of people, of places, and the numbers in the names of grids."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Texts = NDArray[np.str_]

DIGITS = "零一二三四五六七八九"

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
    "苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史"
)
FIRST = "建国志文明春秋永晓海新立德玉桂俊红秀庆世家少宏振云金光子天长学兴福保根铁小彦继景"
SECOND = "华军伟强峰杰涛平林刚辉波斌磊亮勇超鹏飞芳敏静丽娟英梅兰霞玲燕萍艳娜琴云洁梁山河"

PLACES = {
    "school": ("中心小学", "第一初级中学", "中心幼儿园", "第二初级中学", "实验小学", "高级中学"),
    "hospital": ("卫生院", "医院", "康复医院"),
    "market": ("农贸市场", "商贸街", "建材市场", "购物广场"),
    "park": ("文化广场", "公园", "体育公园"),
    "industry": ("产业园", "农产品加工园", "物流园"),
    "station": ("客运站", "粮食储备库"),
    "care": ("敬老院", "托育服务中心"),
}
"""Places of a township that get an exclusive grid, by kind; its name goes before them."""

SEAT_PLACES = {
    "school": ("第一高级中学", "职业教育中心", "实验中学"),
    "hospital": ("人民医院", "中医院", "妇幼保健院"),
    "market": ("农产品批发市场",),
    "park": ("人民公园",),
    "industry": ("先进制造业开发区",),
    "station": ("汽车客运总站",),
}
"""Places at the seat of a county, which the county owns."""

VILLAGE_PLACES = {
    "school": ("小学", "幼儿园"),
    "hospital": ("卫生室",),
    "market": ("集贸市场", "商业街"),
    "park": ("文化广场", "游园"),
    "industry": ("产业基地",),
    "station": ("粮油收购站",),
    "care": ("幸福院",),
}
"""Places of a village or a community, which it owns."""

COMMON_PLACES = {
    "school": "小学",
    "hospital": "卫生服务站",
    "market": "市场",
    "park": "街心公园",
    "industry": "工业小区",
    "station": "停车场",
    "care": "养老服务站",
}
"""What is numbered when the names above are used up."""


def chinese_number(number: int) -> str:
    """Write a number in Chinese.

    Parameters
    ----------
    number
        1 to 9999.

    Returns
    -------
    str
        As it is read.

    Examples
    --------
    >>> [chinese_number(n) for n in (3, 10, 12, 20, 31, 105, 110, 1002)]
    ['三', '十', '十二', '二十', '三十一', '一百零五', '一百一十', '一千零二']
    """
    text = ""
    digits = [int(d) for d in str(number)]
    for place, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        if digit:
            text += DIGITS[digit] + ("", "十", "百", "千")[place]
        elif text and not text.endswith("零"):
            text += "零"
    text = text.rstrip("零")
    return text[1:] if text.startswith("一十") else text


def make_people(count: int, rng: np.random.Generator) -> Texts:
    """Invent names of people: common surnames first, given names of one or two characters.

    Parameters
    ----------
    count
        How many.
    rng
        Source of all chance.

    Returns
    -------
    ndarray
        Shape (count,), str. Names repeat, as they do in life.
    """
    surnames, first, second = (np.array(list(text)) for text in (SURNAMES, FIRST, SECOND))
    # Surnames fall off about as 1/rank does.
    weight = 1 / (np.arange(len(surnames)) + 3)
    family = rng.choice(surnames, count, p=weight / weight.sum())
    middle = np.where(rng.random(count) < 0.78, rng.choice(first, count), "")
    return np.char.add(np.char.add(family, middle), rng.choice(second, count))


def mask_phones(count: int, rng: np.random.Generator) -> Texts:
    """Invent masked phone numbers that belong to nobody.

    Parameters
    ----------
    count
        How many.
    rng
        Source of all chance.

    Returns
    -------
    ndarray
        Shape (count,), str: ``100****`` and four digits. No mobile number in China starts
        with 100.
    """
    return np.char.add("100****", np.char.zfill(rng.integers(0, 10_000, count).astype(str), 4))
