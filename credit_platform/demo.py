"""Invented departments, people and decisions to try the platform with. Nobody here exists; all check digits are right.

Every name says 示例 or 演示, every code carries the sequence 99 that no registry has given out for these regions.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from records.identity import ORGANISATION_WEIGHTS, id_check_character, uscc_check_character

DEPARTMENTS = (
    ("530000-YS-SJJ", "云南省演示市场监管局", "530000"),
    ("530100-YS-JTT", "昆明市演示交通运输局", "530100"),
    ("530100-YS-CZT", "昆明市演示财政局", "530100"),
    ("530000-YS-TSW", "共青团云南省演示委员会", "530000"),
    ("530000-YS-YH", "云南示例演示银行", "530000"),
)

USERS = (
    ("clerk", "经办人 演示甲", "clerk", 0),
    ("lead", "负责人 演示乙", "lead", 0),
    ("lead2", "负责人 演示辛", "lead", 0),
    ("clerk2", "经办人 演示丙", "clerk", 1),
    ("clerk3", "经办人 演示子", "clerk", 2),
    ("clerk4", "经办人 演示丑", "clerk", 3),
    ("lead4", "负责人 演示寅", "lead", 3),
    ("teller", "客户经理 演示卯", "clerk", 4),
    ("reviewer", "审核员 演示丁", "reviewer", None),
    ("reviewer2", "审核员 演示癸", "reviewer", None),
    ("supervisor", "监督员 演示戊", "supervisor", None),
    ("auditor", "审计员 演示己", "auditor", None),
    ("admin", "管理员 演示庚", "administrator", None),
)
# Supervises one prefecture, by the code of its region.
REGIONAL_SUPERVISOR = ("supervisor-km", "监督员 演示壬", "530100")


@dataclass(frozen=True, slots=True)
class Organisation:
    name: str
    code: str
    head: str


def make_uscc(region: str, number: int, kind: str = "91") -> str:
    """A valid unified social credit code of an organisation that does not exist. `number` counts within the region."""
    body = f"99{number:06d}"
    remainder = 11 - sum(int(c) * w for c, w in zip(body, ORGANISATION_WEIGHTS, strict=True)) % 11
    check = {10: "X", 11: "0"}.get(remainder, str(remainder))
    stem = f"{kind}{region}{body}{check}"
    return stem + uscc_check_character(stem)


def make_id_number(region: str, born_on: date, sequence: int) -> str:
    """A valid citizen identity number of a person who does not exist."""
    stem = f"{region}{born_on:%Y%m%d}{sequence:03d}"
    return stem + id_check_character(stem)


PLACES = (
    ("530102", "昆明五华"),
    ("530103", "昆明盘龙"),
    ("530111", "昆明官渡"),
    ("530302", "曲靖麒麟"),
    ("530402", "玉溪红塔"),
    ("530502", "保山隆阳"),
    ("530602", "昭通昭阳"),
    ("530702", "丽江古城"),
    ("530802", "普洱思茅"),
    ("530902", "临沧临翔"),
    ("532301", "楚雄"),
    ("532501", "红河个旧"),
    ("532601", "文山"),
    ("532801", "西双版纳景洪"),
    ("532901", "大理"),
    ("533103", "德宏芒市"),
    ("533301", "怒江泸水"),
    ("533401", "迪庆香格里拉"),
)
TRADES = (
    "示例茶业有限公司",
    "示例花卉种植有限责任公司",
    "示例物流有限公司",
    "示例建筑工程有限公司",
    "示例餐饮管理有限公司",
    "示例药业股份有限公司",
    "示例旅游开发有限公司",
    "示例农业科技发展有限责任公司",
)
HEADS = ("示甲", "示乙", "示丙", "示丁", "示戊", "示己")


# Adults and organisations of places, made up small enough for the shares of the demonstration to show.
INHABITANTS = {"530000": (2000, 400), "530100": (500, 100), "530300": (300, 50), "530102": (80, 20), "530103": (70, 15)}


def organisations() -> list[Organisation]:
    found = [
        Organisation(f"{place}{trade}", make_uscc(region, 100 * i + j), HEADS[(i + j) % len(HEADS)])
        for i, (region, place) in enumerate(PLACES, start=1)
        for j, trade in enumerate(TRADES[: 2 + i % 3], start=1)
    ]
    long_name = "新平彝族傣族自治县戛洒示例哀牢山特色农产品种植加工销售与乡村旅游综合开发农民专业合作社"
    return [
        *found,
        Organisation(long_name, make_uscc("530427", 900, "93"), "示𬭩"),
        Organisation("丽江示例𬭩䶮民族手工艺有限公司", make_uscc("530702", 901), "示䶮"),
    ]


def as_csv(rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(key for row in rows for key in row)), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def permits(source: tuple[str, str], today: date, *, count: int | None = None) -> Iterator[dict[str, str]]:
    """Rows of 行政许可 in the merged layout, one an organisation; `count` makes as many as wanted."""
    firms = organisations()
    for number in range(count if count is not None else len(firms)):
        firm = firms[number % len(firms)]
        decided = today - timedelta(days=20 + 7 * number % 600)
        yield {
            "行政相对人名称": firm.name,
            "行政相对人类别": "法人及非法人组织",
            "行政相对人代码_1": firm.code,
            "法定代表人": firm.head,
            "行政许可决定文书名称": "食品经营许可证核准通知书",
            "行政许可决定文书号": f"云演食许〔{decided:%Y}〕{number + 1:05d}号",
            "许可类别": "核准",
            "许可证书名称": "食品经营许可证",
            "许可编号": f"YNYS{number + 1:08d}",
            "许可内容": "预包装食品销售；热食类食品制售",
            "许可决定日期": f"{decided:%Y/%m/%d}",
            "有效期自": f"{decided:%Y/%m/%d}",
            "有效期至": "2099/12/31"
            if number % 9 == 0
            else f"{decided.replace(year=decided.year + 5, day=1):%Y/%m/%d}",
            "许可机关": source[0],
            "许可机关统一社会信用代码": source[1],
            "当前状态": "1",
            "数据来源单位": source[0],
            "数据来源单位统一社会信用代码": source[1],
        }


PENALTIES = (
    ("未按规定建立进货查验记录制度", "罚款", "罚款人民币五千元整", "0.5", ""),
    ("超限运输货物", "罚款、没收违法所得", "罚款人民币二万元整，没收违法所得一万二千元", "2", "1.2"),
    ("未公示收费标准", "警告", "警告", "", ""),
    ("使用未经检验的特种设备", "责令停产停业、罚款", "责令停产停业整顿，罚款人民币十万元整", "10", ""),
)


def penalties(source: tuple[str, str], today: date) -> Iterator[dict[str, str]]:
    """Rows of 行政处罚: every third organisation, and two natural persons whose names the portal must hide."""
    common = {
        "处罚依据": "《演示管理办法》第十二条第一款",
        "处罚有效期": "2099/12/31",
        "处罚机关": source[0],
        "处罚机关统一社会信用代码": source[1],
        "数据来源单位": source[0],
        "数据来源单位统一社会信用代码": source[1],
    }
    for number, firm in enumerate(organisations()[::3]):
        act, kinds, content, fine, confiscated = PENALTIES[number % len(PENALTIES)]
        decided = today - timedelta(days=15 + 11 * number)
        yield common | {
            "行政相对人名称": firm.name,
            "行政相对人类别": "法人及非法人组织",
            "行政相对人代码_1": firm.code,
            "法定代表人": firm.head,
            "行政处罚决定书文号": f"云演罚〔{decided:%Y}〕{number + 1:04d}号",
            "违法行为类型": act,
            "违法事实": f"经查，当事人{act}。",
            "处罚类别": kinds,
            "处罚内容": content,
            "罚款金额（万元）": fine,
            "没收违法所得、没收非法财物的金额（万元）": confiscated,
            "处罚决定日期": f"{decided:%Y/%m/%d}",
        }
    for number, name in enumerate(("示例张三", "示例李四"), start=1):
        decided = today - timedelta(days=30 * number)
        yield common | {
            "行政相对人名称": name,
            "行政相对人类别": "自然人",
            "自然人证件类型": "身份证",
            "自然人证件号码": make_id_number("530102", date(1985, number, 12), 990 + number),
            "行政处罚决定书文号": f"昆演交罚〔{decided:%Y}〕{number:04d}号",
            "违法行为类型": "未取得经营许可从事客运经营",
            "违法事实": "经查，当事人未取得经营许可，从事客运经营。",
            "处罚类别": "罚款",
            "处罚内容": "罚款人民币三千元整",
            "罚款金额（万元）": "0.3",
            "处罚决定日期": f"{decided:%Y/%m/%d}",
        }


def others(source: tuple[str, str], today: date) -> dict[str, list[dict[str, str]]]:
    """A few rows each of 诚实守信荣誉, 经营异常 and 严重失信主体名单."""
    firms = organisations()
    unit = {
        "认定机关": source[0],
        "认定机关统一社会信用代码": source[1],
        "数据来源单位": source[0],
        "数据来源单位统一社会信用代码": source[1],
    }

    def subject(firm: Organisation) -> dict[str, str]:
        return unit | {"主体名称": firm.name, "主体类别": "法人及非法人组织", "统一社会信用代码": firm.code}

    until = today.replace(day=1) + timedelta(days=700)
    return {
        "CXRY": [
            subject(firm)
            | {
                "荣誉名称": "演示省级守合同重信用企业",
                "认定文号": f"云演荣〔{today:%Y}〕{n:03d}号",
                "荣誉事由": "连续三年合同履约率 100%。",
                "认定日期": f"{today - timedelta(days=40 + n):%Y/%m/%d}",
                "有效期至": f"{until:%Y/%m/%d}",
            }
            for n, firm in enumerate(firms[1::5], start=1)
        ],
        "JYYC": [
            subject(firm)
            | {
                "列入原因": "未按规定期限公示年度报告",
                "列入决定文书号": f"云演异〔{today:%Y}〕{n:03d}号",
                "列入日期": f"{today - timedelta(days=90 + n):%Y/%m/%d}",
            }
            for n, firm in enumerate(firms[2::9], start=1)
        ],
        "YZSX": [
            subject(firm)
            | {
                "名单名称": "演示拖欠农民工工资失信联合惩戒对象名单",
                "列入决定文书号": f"云演严〔{today:%Y}〕{n:03d}号",
                "列入事由": "拖欠农民工工资，经责令限期支付，逾期未支付。",
                "列入依据": "《演示条例》第四十八条",
                "列入日期": f"{today - timedelta(days=60 + n):%Y/%m/%d}",
            }
            for n, firm in enumerate(firms[3::17], start=1)
        ],
    }
