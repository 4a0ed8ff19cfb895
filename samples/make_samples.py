"""Make the sample files beside this script: what departments really send, with invented content and right check digits.

    python samples/make_samples.py [folder]

The same call always makes the same bytes. The reporting unit is the first demonstration department, so the files can be
uploaded to a demonstration platform as they are.
"""

import csv
import datetime
import io
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import xlsxwriter

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from catalogue import reading  # noqa: E402 - a script finds its own project first
from credit_platform import demo, demo_items  # noqa: E402

TODAY = datetime.date(2026, 11, 2)
UNIT = demo.DEPARTMENTS[0][1]
UNIT_CODE = demo.make_uscc(demo.DEPARTMENTS[0][2], 801, "11")
Row = dict[str, str]
# 责任人员 come with their source: nobody sends a file of them.
SAMPLED_ABOVE = {"XZXK", "XZCF", "ZRRY"}

CODES = (
    "行政相对人代码_1（统一社会信用代码）",
    "行政相对人代码_2（工商注册号）",
    "行政相对人代码_3（组织机构代码）",
    "行政相对人代码_4（税务登记号）",
    "行政相对人代码_5（事业单位证书号）",
    "行政相对人代码_6（社会组织登记证号）",
)
MERGED_SUBJECT = (
    "行政相对人名称",
    "行政相对人类别",
    *CODES,
    "法定代表人",
    "法定代表人证件类型",
    "法定代表人证件号码",
    "自然人证件类型",
    "自然人证件号码",
)
ORGANISATION_2018 = ("行政相对人名称", *CODES, "法定代表人", "法定代表人身份证号")
PERSON_2018 = ("行政相对人名称", "证件类型", "证件号码")
PERMIT = (
    "行政许可决定文书名称",
    "行政许可决定文书号",
    "许可类别",
    "许可证书名称",
    "许可编号",
    "许可内容",
    "许可决定日期",
    "有效期自",
    "有效期至",
    "许可机关",
    "许可机关统一社会信用代码",
    "当前状态",
    "数据来源单位",
    "数据来源单位统一社会信用代码",
    "备注",
)
PENALTY = (
    "行政处罚决定书文号",
    "违法行为类型",
    "违法事实",
    "处罚依据",
    "处罚类别",
    "处罚内容",
    "罚款金额（万元）",
    "没收违法所得、没收非法财物的金额（万元）",
    "暂扣或吊销证照名称及编号",
    "处罚决定日期",
    "处罚有效期",
    "公示截止期",
    "处罚机关",
    "处罚机关统一社会信用代码",
    "数据来源单位",
    "数据来源单位统一社会信用代码",
    "备注",
)
# The national codes of the merged permit layout, in its order: they stand in the template's second header row.
PERMIT_CODES = (
    "XK_XDR_MC", "XK_XDR_LB", "XK_XDR_SHXYM", "XK_XDR_GSZC", "XK_XDR_ZZJG", "XK_XDR_SWDJ", "XK_XDR_SYDW",
    "XK_XDR_SHZZ", "XK_FRDB", "XK_FR_ZJLX", "XK_FR_ZJHM", "XK_XDR_ZJLX", "XK_XDR_ZJHM", "XK_XKWS", "XK_WSH",
    "XK_XKLB", "XK_XKZS", "XK_XKBH", "XK_NR", "XK_JDRQ", "XK_YXQZ", "XK_YXQZI", "XK_XKJG", "XK_XKJGDM", "XK_ZT",
    "XK_LYDW", "XK_LYDWDM", "BZ",
)  # fmt: skip


def permits(count: int, start: int = 1) -> Iterator[Row]:
    """Permits of invented organisations in the merged layout, numbered from `start`."""
    firms = demo.organisations()
    for number in range(start, start + count):
        firm = firms[number % len(firms)]
        decided = TODAY - datetime.timedelta(days=3 + number % 700)
        yield {
            "行政相对人名称": firm.name,
            "行政相对人类别": "法人及非法人组织",
            CODES[0]: firm.code,
            "法定代表人": firm.head,
            "行政许可决定文书名称": "食品生产许可决定书",
            "行政许可决定文书号": f"云演食产许〔{decided.year}〕{number}号",
            "许可类别": "普通",
            "许可证书名称": "食品生产许可证",
            "许可编号": f"SC1YS{number:08d}",
            "许可内容": "糕点；茶叶及相关制品（演示数据）",
            "许可决定日期": f"{decided:%Y/%m/%d}",
            "有效期自": f"{decided:%Y/%m/%d}",
            "有效期至": f"{decided + datetime.timedelta(days=1825):%Y/%m/%d}",
            "许可机关": UNIT,
            "许可机关统一社会信用代码": UNIT_CODE,
            "当前状态": "1",
            "数据来源单位": UNIT,
            "数据来源单位统一社会信用代码": UNIT_CODE,
        }


def person_permits(count: int) -> Iterator[Row]:
    """Permits of invented natural persons, in the words of the 2018 layout."""
    for number, row in enumerate(permits(count, start=5001), start=1):
        born_on = datetime.date(1985, 1, 1) + datetime.timedelta(days=397 * number)
        yield row | {
            "行政相对人名称": f"示例{'甲乙丙丁戊己庚辛壬癸'[number % 10]}",
            "证件类型": "身份证",
            "证件号码": demo.make_id_number("530102", born_on, 990 + number % 9),
            "行政许可决定文书名称": "食品小作坊登记决定书",
            "许可类别": "登记",
        }


def penalties() -> Iterator[Row]:
    """The demonstration penalties of organisations, with numbers of their own."""
    for row in demo.penalties((UNIT, UNIT_CODE), TODAY):
        if row["行政相对人类别"] == "法人及非法人组织":
            number = row["行政处罚决定书文号"].replace("云演罚", "云演样罚")
            yield row | {CODES[0]: row["行政相对人代码_1"], "行政处罚决定书文号": number}


def as_csv(titles: Sequence[str], rows: Iterator[Row], encoding: str, blank: str = "") -> bytes:
    """A table as CSV the way Excel saves it; `blank` is what the department types when there is nothing to say."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(titles)
    writer.writerows([row.get(title) or blank for title in titles] for row in rows)
    return out.getvalue().encode(encoding)


def as_xlsx(title: str, headers: Sequence[Sequence[str]], rows: Iterator[Row]) -> bytes:
    """A table as a workbook like the national template: a title over all columns, names, then codes, text cells."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"created": datetime.datetime(2026, 11, 2, tzinfo=datetime.UTC)})
        sheet = book.add_worksheet("行政许可")
        text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "num_format": "@"})
        titles = headers[0]
        sheet.set_column(0, len(titles) - 1, 18, text)
        sheet.merge_range(0, 0, 0, len(titles) - 1, title, bold)
        for line, header in enumerate(headers, 1):
            sheet.write_row(line, 0, header, bold)
        for line, row in enumerate(rows, 1 + len(headers)):
            for column, name in enumerate(titles):
                sheet.write_string(line, column, row.get(name, ""), text)
        sheet.freeze_panes(1 + len(headers), 1)
    return out.getvalue()


def with_errors(rows: Iterator[Row]) -> Iterator[Row]:
    """Plant six different mistakes, to see what the platform answers."""
    mistakes = {
        2: {CODES[0]: "91530102MA00DEM00X"},
        4: {"许可决定日期": "2026/02/30"},
        6: {"许可内容": "— —"},
        8: {"许可类别": "特别许可"},
        10: {"行政相对人类别": "自然人"},
        12: {"有效期至": "2019/01/01"},
    }
    for number, row in enumerate(rows, 1):
        yield row | mistakes.get(number, {})


def make_all() -> dict[str, bytes]:
    """Every sample by file name."""
    merged = (*MERGED_SUBJECT, *PERMIT)
    return {
        "permits_merged.xlsx": as_xlsx("行政许可信息上报表（演示）", (merged, PERMIT_CODES), permits(40)),
        "permits_with_errors.xlsx": as_xlsx(
            "行政许可信息上报表（演示）", (merged,), with_errors(permits(14, start=101))
        ),
        "penalties_merged_utf8.csv": as_csv((*MERGED_SUBJECT, *PENALTY), penalties(), "utf-8-sig"),
        "permits_2018_organisations_gb18030.csv": as_csv(
            (*ORGANISATION_2018, *PERMIT), permits(20, start=201), "gb18030", "— —"
        ),
        "permits_2018_persons_utf8.csv": as_csv((*PERSON_2018, *PERMIT), person_permits(12), "utf-8", "/"),
    }


def make_items() -> dict[str, bytes]:
    """A small file for every item of the catalogue that has no sample above, in the order of its template."""
    sources, any_department = demo_items.sources(), demo_items.Source(demo.DEPARTMENTS[0][0], UNIT, UNIT_CODE)
    made = {}
    for item in reading.items():
        if item["code"] in SAMPLED_ABOVE:
            continue
        titles = [field["name"] for field in item["fields"]]
        source = sources[item["sources"][0]] if "sources" in item else any_department
        rows = demo_items.titled(item, source, TODAY)
        made[f"items/{item['code']}.csv"] = as_csv(titles, iter(rows), "utf-8-sig")
    return made


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    (folder / "items").mkdir(exist_ok=True)
    for name, content in (make_all() | make_items()).items():
        (folder / name).write_bytes(content)
        print(folder / name, len(content))
