"""The two pages of the stand-in provider: what it is, and whom one wants to be."""

import html
from collections.abc import Mapping, Sequence

HEAD = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark;
  --ink: #1d2329; --paper: #fbfaf7; --line: #dad6cc; --quiet: #55606b; --blue: #1b4f7a; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --ink: #e8e6e1; --paper: #14181c; --line: #3a4148; --quiet: #a9b2bb; --blue: #8fbbe0; }}
}}
body {{ margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.75 "PingFang SC", "Microsoft YaHei",
  "Noto Sans CJK SC", system-ui, sans-serif; }}
main {{ max-width: 36rem; margin: 0 auto; padding: 2rem 1rem 4rem; }}
h1 {{ font-size: 1.5rem; line-height: 1.4; margin: 0 0 .5rem; }}
h2 {{ font-size: 1rem; margin: 2rem 0 .5rem; }}
p {{ color: var(--quiet); margin: 0 0 1rem; }}
ul {{ list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--line); }}
li {{ border-bottom: 1px solid var(--line); }}
button {{ display: block; width: 100%; min-height: 3rem; padding: .5rem 0; border: 0; background: none; color: inherit;
  font: inherit; text-align: start; cursor: pointer; }}
button:hover .name, button:focus-visible .name {{ text-decoration: underline; }}
button:focus-visible {{ outline: 3px solid var(--blue); outline-offset: 2px; }}
.name {{ color: var(--blue); }}
.note {{ display: block; color: var(--quiet); font-size: .8125rem; }}
</style></head><body><main>
"""
FOOT = "</main></body></html>\n"
GROUPS = (("person", "自然人"), ("organisation", "法人及非法人组织"), ("sole_trader", "个体工商户"))
LEVELS = {"loa1": "未经实名核验", "loa2": "实名", "loa3": "实人", "loa4": "实人"}
# Only these are passed on; whatever else stood in the address is dropped.
PASSED_ON = (
    "client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
)  # fmt: skip


def front() -> str:
    """For whoever opens the address without being sent there."""
    return (
        HEAD.format(title="身份认证平台（演示）")
        + "<h1>身份认证平台（演示）</h1>"
        + "<p>代替省统一身份认证平台，只在演示时使用。请从信用云南的“登录办理”进入。</p>"
        + FOOT
    )


def choose(accounts: Sequence[Mapping[str, str]], asked: Mapping[str, str]) -> str:
    """Whom one wants to be: every account is a button, nobody types a password."""
    kept = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(asked[name])}">' for name in PASSED_ON if name in asked
    )
    parts = [
        HEAD.format(title="选择身份 · 身份认证平台（演示）"),
        "<h1>选择登录的身份</h1>",
        "<p>这里代替省统一身份认证平台，只在演示时使用。所有的人和单位都是虚构的，不需要密码。</p>",
        f'<form method="post" action="/authorize">{kept}',
    ]
    for kind, label in GROUPS:
        if rows := [account for account in accounts if account["subject_kind"] == kind]:
            parts += [f"<h2>{label}</h2><ul>", *map(_row, rows), "</ul>"]
    if not accounts:
        parts.append("<p>没有可以选择的身份：平台没有装入演示数据。</p>")
    parts.append('<h2>不登录</h2><ul><li><button name="account" value=""><span class="name">取消，回到信用云南</span>')
    return "".join(parts) + "</button></li></ul></form>" + FOOT


def _row(account: Mapping[str, str]) -> str:
    note = "，".join(part for part in (LEVELS.get(account["acr"], account["acr"]), account.get("note", "")) if part)
    return (
        f'<li><button name="account" value="{html.escape(account["sub"])}">'
        f'<span class="name">{html.escape(account["name"])}</span>'
        f'<span class="note">{html.escape(note)}</span></button></li>'
    )
