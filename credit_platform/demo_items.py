"""One invented record of every item of the catalogue that no other demonstration shows, made from the item itself.

Nobody here exists: names say 示例 or 演示, the check digits are right.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from catalogue import reading
from credit_platform import demo

# Shown with many records of their own (credit_platform.demo); 责任人员 are made by the database from their source.
SHOWN_ELSEWHERE = {"XZXK", "XZCF", "CXRY", "JYYC", "YZSX", "ZRRY", "XYCN", "CNWY"}
PLACE = "530000"
FIRST_NUMBER = 820  # of the departments' codes, after those of demo.DEPARTMENTS
KINDS = {label: kind for kind, label in reading.LABELS.items()}
NUMBERS = {"人": "12", "小时": "36", "万元": "3.5"}
# What a reader would stumble over if it were made from the field's name.
WORDS = {
    "事实": "经查，情况属实，当事人签字确认（演示数据）。",
    "处理结果": "责令改正，罚款人民币一万元整（演示数据）。",
    "认定依据": "《演示管理办法》第十二条第一款",
    "自律公约条款": "《演示行业自律公约》第八条",
    "失信行为": "未按规定履行义务（演示数据）",
    "违法行为": "违反管理规定（演示数据）",
    "失信行为具体情形": "有履行能力而拒不履行生效法律文书确定义务",
    "职业": "律师",
    "荣誉事由": "连续三年合同履约率 100%。",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A demonstration department of one line."""

    code: str
    name: str
    uscc: str


def items() -> list[dict]:
    """The items of which a record is made here, in the catalogue's order."""
    return [item for item in reading.items() if item["code"] not in SHOWN_ELSEWHERE]


def sources() -> dict[str, Source]:
    """A demonstration department for every line that reports one of these items."""
    names = {row["code"]: row["name"] for row in reading.table("sources.csv")}
    lines = list(dict.fromkeys(item["sources"][0] for item in items()))
    made = {}
    for number, line in enumerate(lines, start=FIRST_NUMBER):
        code = f"{PLACE}-YS-{line}"
        name = next((n for c, n, _ in demo.DEPARTMENTS if c == code), f"云南省演示{names[line]}")
        known = next((i for i, d in enumerate(demo.DEPARTMENTS, start=1) if d[0] == code), None)
        made[line] = Source(code, name, demo.make_uscc(PLACE, 800 + known if known else number, "11"))
    return made


def records(item: dict, source: Source, today: date) -> Iterator[dict[str, str]]:
    """One record for each kind of subject the item takes but sole traders, as field code → text."""
    for kind in item["subject_kinds"]:
        if kind != "sole_trader":
            yield {
                field["code"]: text for field in item["fields"] if (text := _value(field, item, kind, source, today))
            }


def titled(item: dict, source: Source, today: date) -> list[dict[str, str]]:
    """The same under the Chinese titles of a file."""
    names = {field["code"]: field["name"] for field in item["fields"]}
    return [{names[code]: text for code, text in record.items()} for record in records(item, source, today)]


def _value(field: dict, item: dict, kind: str, source: Source, today: date) -> str:
    if kind not in field.get("applies_to", [kind]):
        return ""
    if "field" in field.get("required_when", {}):  # asked for only where another field says something else
        return ""
    if "responsible_part" in field:
        return _responsible(field, item) if field["responsible_no"] == "1" and item["is_adverse"] else ""
    return _by_role(field, item, kind, source, today) or _by_type(field, item, source, today)


def _number(item: dict) -> int:
    """A small number that belongs to the item, whatever stands before it in the catalogue."""
    return sum(ord(letter) * 7**place for place, letter in enumerate(item["code"])) % 900


def _by_role(field: dict, item: dict, kind: str, source: Source, today: date) -> str:
    number, firms = _number(item), demo.organisations()
    match field.get("role"):
        case "subject_name":
            return f"示例{'赵钱孙李周吴郑王'[number % 8]}某" if kind == "person" else firms[number % len(firms)].name
        case "subject_kind":
            return reading.LABELS[kind]
        case "uscc":
            return firms[number % len(firms)].code
        case "person_id_kind":
            return "身份证"
        case "person_id":
            return demo.make_id_number("530102", date(1980, 1, 1) + timedelta(days=number), 997)
        case "document_no":
            return f"云演{item['code']}〔{today.year}〕{1 if kind == 'person' else 2:04d}号"
        case "decided_on":
            return f"{today - timedelta(days=10 + number % 50):%Y/%m/%d}"
        case "valid_until" | "display_until":
            return f"{today + timedelta(days=200):%Y/%m/%d}"
        case "authority":
            return source.name
        case "source_code":
            return source.uscc
    return ""


def _by_type(field: dict, item: dict, source: Source, today: date) -> str:
    admits, type_ = item.get("admits") or {}, field.get("type", "text")
    if field["code"] == admits.get("field"):
        return admits["values"][0]
    if item.get("severity_by_value", {}).get("field") == field["code"]:
        return "严重"
    if "values" in field:
        return WORDS.get(field["name"], field["values"][0])
    if type_ == "uscc":
        return source.uscc
    if type_ == "date":
        return f"{today:%Y/%m/%d}"
    if type_ == "decimal":
        return NUMBERS.get(field.get("unit", ""), "1")
    if field["name"] == "数据来源单位":
        return source.name
    return "" if field["code"] == "BZ" else WORDS.get(field["name"], f"演示{field['name']}")


def _responsible(field: dict, item: dict) -> str:
    return {
        "name": "示例钱某",
        "capacity": "法定代表人、主要负责人",
        "id_kind": "身份证",
        "id": demo.make_id_number("530102", date(1979, 5, 20), 998),
        "basis": "《演示管理办法》第三十条",
    }[field["responsible_part"]]
