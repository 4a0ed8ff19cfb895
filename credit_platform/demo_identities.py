"""Who can be chosen at the stand-in identity provider: the invented people and organisations of the demo data."""

from datetime import date

from credit_platform import demo
from credit_platform.demo_lists import BLACK, CASES

LISTED = next(firm for code, firm, state in CASES if firm is not None and (code, state) == (BLACK, "entered"))


def accounts() -> list[dict[str, str]]:
    """Claims of each account, with a `note` for whoever chooses. Three are there to show who is not let in, and why."""
    firms = demo.organisations()
    penalised = firms[::3][:3]
    people = [
        ("zhangsan", "示例张三", date(1985, 1, 12), 991, "loa3", "有一条行政处罚"),
        ("lisi", "示例李四", date(1985, 2, 12), 992, "loa3", "有一条行政处罚"),
        ("wangwu", "示例王五", date(1985, 5, 12), 985, "loa3", "在名单上"),
        ("daili", "示例代理赵六", date(1990, 3, 8), 981, "loa3", "没有记录，可以受单位委托办理"),
        ("lisi-shiming", "示例李四", date(1985, 2, 12), 992, "loa2", "同一个人，等级不够查看自然人的信息"),
        ("weishiming", "示例未实名", date(1991, 4, 2), 982, "loa1", "等级不够"),
        ("weichengnian", "示例未成年", date(2014, 6, 1), 983, "loa3", "未满十八周岁，不能登录"),
    ]
    organisations = [
        (f"danwei-{number}", "organisation", firm, "受过行政处罚") for number, firm in enumerate(penalised, start=1)
    ]
    organisations += [
        ("danwei-4", "organisation", firms[1], "没有失信信息"),
        ("danwei-5", "organisation", firms[LISTED], "在名单上"),
    ]
    return [
        *(_person(*entry) for entry in people),
        *(_organisation(sub, kind, firm, note) for sub, kind, firm, note in organisations),
    ]


def _person(sub: str, name: str, born_on: date, sequence: int, level: str, note: str) -> dict[str, str]:
    return {
        "sub": sub, "subject_kind": "person", "name": name, "document_kind": "身份证",
        "document_number": demo.make_id_number("530102", born_on, sequence), "birthdate": born_on.isoformat(),
        "acr": level, "email": f"{sub}@example.invalid", "note": note,
    }  # fmt: skip


def _organisation(sub: str, kind: str, firm: demo.Organisation, note: str) -> dict[str, str]:
    return {
        "sub": sub, "subject_kind": kind, "name": firm.name, "document_kind": "统一社会信用代码",
        "document_number": firm.code, "acr": "loa3", "note": note,
    }  # fmt: skip
