"""The one page for people: what was received, which fault is on, how to call the API."""

from collections.abc import Iterable
from html import escape
from typing import Any

from exchange.stub.faults import FAULTS

LABELS = {
    "received": "已接收（记录版本）",
    "effective": "正在公示（记录）",
    "withdrawn": "已撤下（记录）",
    "stale": "过时版本（不生效）",
    "refused": "已退回",
    "duplicates": "重复报送",
    "requests": "批次请求",
}
STATUSES = {"accepted": "已接收", "stale": "过时", "refused": "已退回"}
ACTIONS = {"publish": "公示", "withdraw": "撤下"}
ROUTES = (
    ("POST /v1/batches", "报送一批记录（须签名）"),
    ("GET · POST /v1/receipts", "按键查询受理结果（须签名）"),
    ("POST /v1/heads", "存放审计日志的每日树根（须签名）"),
    ("GET /received/heads", "存放的每日树根"),
    ("GET /received/count", "接收数量"),
    ("GET /received/", "接收明细，可按 key、record、document_no、effective 筛选"),
    ("GET · POST /control", "查看与切换故障"),
    ("GET /healthz", "运行状态"),
)
HEAD_COLUMNS = ("来源", "序号", "截至（世界时）", "行数", "树根", "收到")
STYLE = """
body{margin:0;background:#FBFAF7;color:#1D2329;font:16px/1.75 "PingFang SC","Hiragino Sans GB","Microsoft YaHei",
"Noto Sans CJK SC",system-ui,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:960px;margin:0 auto;padding:48px 24px 72px}
h1{font:600 28px/1.4 "Source Han Serif SC","Noto Serif CJK SC","Songti SC",SimSun,serif;margin:0 0 8px}
h2{font-size:18px;margin:48px 0 8px}p{margin:0;color:#55606B;max-width:38em}
table{border-collapse:collapse;width:100%;margin-top:8px}caption{text-align:left;color:#55606B}
th,td{text-align:left;font-weight:400;padding:8px 16px 8px 0;border-bottom:1px solid #DAD6CC;vertical-align:top}
th{color:#55606B}.counts{max-width:24em}.counts td{text-align:right;padding-right:0}
code{font:14px/1.6 ui-monospace,Menlo,Consolas,monospace}
.scroll{overflow-x:auto}.scroll td,.scroll th{white-space:nowrap}
"""


def render(
    counts: dict[str, int], fault: dict[str, Any], latest: list[dict[str, Any]], heads: list[dict[str, Any]]
) -> str:
    """The page as HTML.

    counts: GET /received/count; fault: GET /control; latest: rows of GET /received/; heads: rows of the store.
    """
    return f"""<!DOCTYPE html>
<html lang="zh-Hans"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>国家平台模拟端</title><style>{STYLE}</style></head><body><main>
<h1>国家平台模拟端</h1>
<p>这是用于演练的独立程序，代替全国信用信息共享平台接收报送。此处的数据均为演示数据，不含证件号码。</p>
<h2>接收情况</h2>
<table class="counts">{"".join(_row(label, f"{counts[name]:,}") for name, label in LABELS.items())}</table>
<h2>当前故障</h2><p>{escape(_describe(fault))}。</p>
<h2>最近接收</h2>{_latest(latest)}
<h2>省级平台审计日志的每日树根</h2>{_heads(heads)}
<h2>接口</h2>
{_glossary(ROUTES)}
<h2>可切换的故障</h2>
{_glossary(FAULTS.items())}
</main></body></html>"""


def _row(label: str, value: str) -> str:
    return f'<tr><th scope="row">{escape(label)}</th><td>{escape(value)}</td></tr>'


def _glossary(entries: Iterable[tuple[str, str]]) -> str:
    rows = (
        f'<tr><th scope="row"><code>{escape(name)}</code></th><td>{escape(text)}</td></tr>' for name, text in entries
    )
    return f"<table>{''.join(rows)}</table>"


def _describe(fault: dict[str, Any]) -> str:
    text = FAULTS[fault["fault"]]
    return text if fault["count"] is None else f"{text}，还有 {fault['count']} 次"


def _latest(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "<p>尚未收到任何记录。</p>"
    head = "".join(f'<th scope="col">{name}</th>' for name in ("时间", "文书号", "相对人", "操作", "结果", "生效"))
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in _cells(row))}</tr>" for row in rows)
    return f'<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _heads(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "<p>尚未收到。每日零点以后由省级平台送来，收到后不再改变。</p>"
    head = "".join(
        f'<th scope="col">{name}</th>' for name in ("来源", "序号", "截至（世界时）", "行数", "树根", "收到")
    )
    body = "".join(
        f"<tr><td>{escape(row['source'])}</td><td>{row['number']}</td><td>{escape(row['until'][:19])}</td>"
        f"<td>{row['size']:,}</td><td><code>{escape(row['root'])}</code></td>"
        f"<td>{escape(row['received_at'][:19].replace('T', ' '))}</td></tr>"
        for row in rows
    )
    return f'<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        row["received_at"][:19].replace("T", " "),
        row["document_no"] or "—",
        row["subject"]["name"] or "—",
        ACTIONS.get(row["action"], "—"),
        STATUSES[row["status"]] + (f"：{row['reason']}" if row["reason"] else ""),
        "是" if row["effective"] else "否",
    )
