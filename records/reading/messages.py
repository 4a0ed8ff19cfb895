"""Every sentence this package says, by its stable code: what is wrong, and what to do about it."""

from collections.abc import Sequence
from typing import Any

from records.reading.rows import Note

REFUSALS = {
    "empty_file": "文件是空的（0 字节）。请确认内容已经保存，再重新选择文件。",
    "too_large": "文件有 {size} MB，超过 {limit} MB 的上限。请拆分成几个文件分别上传。",
    "no_content": "文件里没有任何内容。请使用模板填写后再上传。",
    "not_a_table": "无法识别文件内容，它不是表格。请上传 .xlsx 或 .csv 文件。",
    "pdf_file": "这是 PDF 文件，不是表格。请上传原始的 .xlsx 或 .csv 文件。",
    "image_file": "这是图片文件，不是表格。请上传 .xlsx 或 .csv 文件。",
    "html_file": "这是网页文件（只是改了扩展名），不是表格。请用 Excel 打开后另存为 .xlsx 再上传。",
    "xml_spreadsheet": "这是 XML 格式的文件。请用 Excel 打开后另存为 .xlsx 再上传。",
    "archive_file": "这是压缩包。请先解压，再上传里面的 .xlsx 或 .csv 文件。",
    "legacy_xls": "这是旧版 Excel（.xls）或 WPS（.et）文件。请另存为 .xlsx 后再上传。",
    "password_protected": "文件设置了打开密码。请在 Excel 中取消密码、保存后再上传。",
    "binary_workbook": "这是 Excel 二进制工作簿（.xlsb）。请另存为 .xlsx 后再上传。",
    "macro_workbook": "文件带有宏（.xlsm）。请另存为不含宏的 .xlsx 后再上传。",
    "opendocument": "这是 OpenDocument 表格（.ods）。请另存为 .xlsx 后再上传。",
    "office_document": "这是 Word 或 PowerPoint 文件，不是表格。请上传 .xlsx 或 .csv 文件。",
    "truncated_file": "文件不完整，可能没有保存完或没有传完。请重新保存后再上传。",
    "damaged_file": "文件已损坏，无法读取（{where}）。请用 Excel 打开，另存为新的 .xlsx 后再上传。",
    "forbidden_xml": "文件内部含有不允许的 XML 定义。请用 Excel 打开，另存为新的 .xlsx 后再上传。",
    "too_many_entries": "文件内部有 {entries} 个部件，超过 {limit} 个的上限。请把数据复制到新的工作簿后再上传。",
    "unpacked_too_large": "文件解压后有 {size} MB，超过 {limit} MB 的上限。请拆分文件，或改用 .csv 格式。",
    "compression_ratio": "文件压缩比异常（{ratio} 倍），不予读取。请把数据复制到新的工作簿，或改用 .csv 格式。",
    "too_many_rows": "数据超过 {limit} 行的上限。请拆分成几个文件{instead}。",
    "too_many_columns": "{place}超出 {limit} 列的上限。请删除模板以外的列后再上传。",
    "too_many_cells": "工作表占用的区域太大（第 {first} 行至第 {last} 行）。请删除远离数据的单元格，或改用 .csv 格式。",
    "record_too_long": "第 {row} 行太长，可能有引号没有成对。请检查该行的引号后再上传。",
    "no_visible_sheet": "工作簿里没有可见且有内容的工作表。请取消隐藏要上报的工作表后再上传。",
    "unreadable_value": "单元格 {cell} 的公式出错（{value}）。请改正该公式，或粘贴为数值后再上传。",
    "utf16_encoding": "文件是 UTF-16（Unicode 文本）编码。请在 Excel 中另存为“CSV UTF-8（逗号分隔）”后再上传。",
    "unknown_encoding": "文件编码无法识别（第 {row} 行起）。请在 Excel 中另存为“CSV UTF-8（逗号分隔）”后再上传。",
    "unbalanced_quote": "第 {row} 行的引号没有成对。请补上或删除多余的英文引号后再上传。",
    "row_count_differs": "两次清点的行数不一致（{read} 行与 {counted} 行），没有读取。请另存为新文件后再上传。",
    "took_too_long": "读取文件超过 {seconds} 秒，已经停止。请拆分文件，或改用 .csv 格式。",
    "too_much_memory": "读取文件需要的内存超过上限，已经停止。请拆分文件，或改用 .csv 格式。",
    "reader_crashed": "读取文件时意外中断。请用 Excel 打开，另存为新的 .xlsx 或 .csv 后再上传。",
    "unknown_header": "{details}请对照模板修改表头后再上传。",
    "missing_columns": "缺少必填的列：{missing}。请对照模板补上这些列后再上传。",
    "duplicate_header": "表头中有重复的列：{names}。请每列只保留一个后再上传。",
}

ROW_PROBLEMS = {
    "column_count": "本行的列数与表头不一致。请检查是否多了或少了分隔符。",
    "cell_too_long": "单元格内容过长。请缩短后再上报。",
    "undecodable_bytes": "本行有无法识别的字符。请重新录入该行中显示为“�”的文字。",
    "lone_surrogate": "本行有不完整的字符。请重新录入该行中显示为“�”的文字。",
    "formula_without_value": "公式没有保存计算结果。请在 Excel 中打开并保存，或粘贴为数值。",
    "broken_json": "本行不是有效的 JSON 数据。请修正后再发送。",
    "nested_value": "单元格的值不能是列表或对象。请改为文字。",
    "duplicate_key": "同一个字段出现了两次。请只保留一个。",
}

CELL_PROBLEMS = {
    "control_character": "内容含有不可见的控制字符。请删除后重新录入。",
    "lone_surrogate": "内容含有不完整的字符。请重新录入。",
    "error_value": "单元格的公式出错。请改正公式，或填写实际内容。",
    "identifier_character": "号码中含有不允许的字符{character}。请只使用数字和大写字母。",
    "numeric_identifier": "号码存成了数值，Excel 可能已改动末尾数字。请把该列设为文本格式后重新录入。",
    "date_format": "日期格式不正确。请写成 2026-01-31 这样的年月日。",
    "date_impossible": "没有这一天。请核对年、月、日。",
    "date_short_year": "年份不完整。请写出四位年份，如 2026-01-31。",
    "decimal_format": "不是有效的数字。请只填写数字，不要带文字或科学计数法。",
    "decimal_too_large": "数字太大。请核对金额和单位。",
    "decimal_too_precise": "小数位数太多。请保留到规定的小数位。",
}

NOTES = {
    "hidden_sheets": "隐藏的工作表没有读取：{names}。",
    "other_sheets": "只读取了工作表“{sheet}”，其他有内容的工作表没有读取：{names}。",
    "hidden_rows": "有 {count} 个隐藏行也已读取：第 {rows} 行。",
    "hidden_columns": "有 {count} 个隐藏列也已读取：{columns}。",
    "merged_cells": "表中有合并单元格（{cells}），合并区域只有左上角的内容会被读取。",
    "formula_cells": "有 {count} 个单元格是公式（{cells}），读取的是保存时的结果。",
    "external_links": "文件引用了其他工作簿，没有读取被引用的文件。",
    "embedded_files": "文件内嵌了其他文件，没有读取：{names}。",
    "damaged_bytes": "文件中有个别无法识别的字节，相关行已标出。",
    "ignored_columns": "表头中有模板以外的列，没有读取：{names}。",
    "example_row": "第 {row} 行是示例，已跳过。",
    "closing_rows": "第 {rows} 行是合计、签名或说明，已跳过。",
    "invisible_removed": "有 {count} 行去除了看不见的字符（{characters}）：第 {rows} 行。",
    "private_use": "有 {count} 行含有自造字（{characters}），在其他系统可能无法显示：第 {rows} 行。",
}


class FileRefused(Exception):
    """The file as a whole cannot be read.

    `code` is stable (a key of `REFUSALS`), `reason` one Chinese sentence that says what to do, `detail` its parts.
    """

    def __init__(self, code: str, **detail: Any):
        self.code = code
        self.detail = detail
        self.reason = REFUSALS[code].format(**detail)
        super().__init__(f"{code}: {self.reason}")

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self.code, self.detail)


def _rebuild(code: str, detail: dict[str, Any]) -> FileRefused:
    return FileRefused(code, **detail)


def describe_problem(code: str, **detail: Any) -> str:
    """Say a row or cell problem in Chinese: what is wrong and what to do."""
    return (ROW_PROBLEMS.get(code) or CELL_PROBLEMS[code]).format_map(_Blank(detail))


def note(code: str, **detail: Any) -> Note:
    """Make a note from its code."""
    return Note(code, NOTES[code].format(**detail))


class _Blank(dict[str, Any]):
    """Lets a sentence be said without its particulars."""

    def __missing__(self, key: str) -> str:
        return ""


def name_some(items: Sequence[str], most: int = 5) -> str:
    """List the first few items the Chinese way, made harmless, saying when there are more."""
    return "、".join(quote_briefly(item) for item in items[:most]) + ("等" if len(items) > most else "")


def quote_briefly(text: str, length: int = 40) -> str:
    """The sender's words for a sentence of ours: one short line without anything unprintable."""
    shown = "".join(c for c in " ".join(text.split()) if c.isprintable())
    return shown if len(shown) <= length else f"{shown[:length]}…"
