"""What can be wrong with a row: a stable code, one plain sentence, and what to do.

Pages, API and Excel say the same.
"""

from collections import defaultdict
from dataclasses import asdict, dataclass

from records.identity import mask_id_numbers, mask_number
from records.reading.messages import quote_briefly

# code → (reason, what to do). {field}, {value} and named details are filled in.
PROBLEMS = {
    "required": ("“{field}”没有填写。", "请补填后重新报送。"),
    "too_long": ("“{field}”有 {length} 个字，超过 {limit} 个字。", "请精简后重新报送。"),
    "date_in_future": ("“{field}”{value} 晚于今天。", "请核对决定文书上的日期。"),
    "date_too_early": ("“{field}”{value} 早于 1949/10/01。", "请核对决定文书上的日期。"),
    "dates_out_of_order": ("“{field}”早于{other}。", "请核对两个日期。"),
    "value_unknown": ("“{field}”的“{value}”不在规定取值内。", "可填：{allowed}。"),
    "value_repeated": ("“{field}”重复填写了“{value}”。", "请只保留一个。"),
    "name_without_letters": ("“{field}”的“{value}”只有标点符号，不是名称。", "请对照决定文书填写全称。"),
    "uscc_invalid": (
        "“{field}”的“{value}”不符合统一社会信用代码校验规则。",
        "请对照营业执照或法人证书核对 18 位代码。",
    ),
    "uscc_length": ("“{field}”的“{value}”有 {length} 位，应为 18 位。", "请对照营业执照或法人证书补足或删去多余字符。"),
    "uscc_letter_for_digit": (
        "“{field}”的“{value}”把数字写成了字母 {letters}；改为数字后是 {corrected}，符合校验规则。",
        "请对照营业执照或法人证书核对，无误后改为 {corrected}。",
    ),
    "scientific_notation": (
        "“{field}”的“{value}”是科学计数法，Excel 已丢掉末尾的数字。",
        "请把该列设为“文本”格式，对照原件重新录入全部数字；改变显示格式找不回丢掉的数字。",
    ),
    "organisation_code_invalid": ("“{field}”的“{value}”不符合组织机构代码校验规则。", "请核对 9 位代码，不填连字符。"),
    "id_number_invalid": ("“{field}”的号码不符合公民身份号码校验规则。", "请对照证件核对；末位 X 请用大写字母。"),
    "person_id_invalid": ("“{field}”的号码与证件类型不符。", "请核对证件类型和号码。"),
    "id_number_in_text": ("“{field}”的文字中含有公民身份号码，该内容将向社会公开。", "请删去号码后重新报送。"),
    "subject_kind_not_allowed": ("“{item}”不归集{value}的信息。", "请核对主体类别。"),
    "not_for_this_kind": ("该主体类别不应填写“{field}”。", "请核对主体类别，或清空该单元格。"),
    "subject_is_minor": ("当事人在决定日期未满 {age} 周岁，不得归集此类信息。", "请勿报送未成年人的该类信息。"),
    "below_threshold": ("“{field}”为“{value}”的不属于归集范围：{why}。", "请勿报送，或改报其他目录项。"),
    "responsible_without_basis": (
        "“{field}”没有填写，没有法律依据的不得记入个人信用记录。",
        "请写明法律、法规的名称和条款，或删去这名责任人员。",
    ),
    "responsible_only_if_serious": (
        "只有严重失信行为才记入责任人员的个人信用记录（国发〔2016〕33号（十四））。",
        "请删去责任人员，或核对失信程度。",
    ),
    "responsible_named_twice": ("“{field}”的号码在本行出现了两次。", "同一人只填一次，身份可填多个，用顿号隔开。"),
    "source_department_mismatch": (
        "“{field}”的“{value}”不是本部门的代码。",
        "请填写本部门的统一社会信用代码，或由对应部门报送。",
    ),
    "unknown_field": ("不认识字段“{value}”。", "字段名请用目录中的中文名称或代码。"),
    "no_display_rule": ("没有适用于该决定日期的公示期限规则。", "请联系平台管理员补充目录。"),
    # What the reading of the file or of a cell found (records.reading.messages)
    "row_shifted": ("这一行的内容整体错开了一列。", "请从第一个错位的单元格起，把内容移回所属的列，再核对整行。"),
    "column_count": ("这一行的列数与表头不一致。", "请检查是否多了或少了分隔符。"),
    "cell_too_long": ("单元格内容过长。", "请缩短后重新报送。"),
    "undecodable_bytes": ("这一行有无法识别的字符。", "请重新录入显示为“�”的文字。"),
    "broken_json": ("这一行不是有效的 JSON 数据。", "请修正后重新发送。"),
    "nested_value": ("“{field}”的值是列表或对象。", "请改为文字。"),
    "duplicate_key": ("同一个字段出现了两次。", "请只保留一个。"),
    "formula_without_value": ("公式没有保存计算结果。", "请在 Excel 中打开并保存，或粘贴为数值。"),
    "control_character": ("“{field}”含有看不见的控制字符。", "请删除后重新录入。"),
    "lone_surrogate": ("“{field}”含有不完整的字符。", "请重新录入。"),
    "error_value": ("“{field}”的公式出错（{value}）。", "请改正公式，或填写实际内容。"),
    "identifier_character": ("“{field}”含有不能用于代码的字符{character}。", "请改用半角字母和数字重新录入。"),
    "numeric_identifier": (
        "“{field}”在表格中是数值，Excel 可能已改动末尾数字。",
        "请把该列设为“文本”格式后重新录入，不要直接转换格式。",
    ),
    "date_format": (
        "“{field}”的“{value}”不是日期。",
        "请按 2026/11/03 的样式填写；看到的是 46329 这样的数字时，请在 Excel 中把该列设为“日期”格式后重新保存。",
    ),
    "date_impossible": ("“{field}”的“{value}”没有这一天。", "请核对年、月、日。"),
    "date_short_year": ("“{field}”的“{value}”年份不完整。", "请写出四位年份，如 2026/11/03。"),
    "decimal_format": ("“{field}”的“{value}”不是数值。", "请只填数字，单位为{unit}，不用科学计数法。"),
    "decimal_too_large": ("“{field}”的“{value}”太大。", "请核对金额，单位为{unit}。"),
    "decimal_too_precise": ("“{field}”的“{value}”小数位数太多。", "最多保留 6 位小数，单位为{unit}。"),
    # Found against what is already held
    "name_conflict": (
        "代码对应的主体在平台登记的名称是“{held}”，与本行名称不一致。",
        "请核对名称和代码；如已更名，请先由部门负责人办理主体更名。",
    ),
    # A number must not tell whose it is: the name may be known from another department only.
    "person_name_conflict": ("该证件号码在平台登记的姓名与本行不一致。", "请对照证件核对姓名和号码。"),
    "identifier_conflict": ("本行的几个代码分属平台上不同的主体。", "请核对每一个代码。"),
    "duplicate_in_file": ("与本文件第 {row} 行的主体、文书号和决定日期相同，但内容不同。", "请只保留正确的一行。"),
    "moved_since_preview": (
        "预览之后，平台上的相关记录又有变化，这一行的结果已与预览不同，没有入库。",
        "请重新报送这一行，核对新的预览后再确认。",
    ),
    "subject_not_correctable": (
        "更正不能改变主体的代码或证件号码。",
        "请撤回这条记录，再按正确的主体重新报送。",
    ),
    "decision_held_already": ("该主体已有同一“{field}”和决定日期的记录。", "请核对文书号和决定日期。"),
    "item_ended": ("该目录项在这一行入库之前已经停止使用。", "请核对现行信息目录，改报对应的目录项。"),
    "department_not_a_source": ("信息目录在这一行入库之前已不再把本部门列为来源。", "请核对现行信息目录。"),
    "erased_before": ("该记录已依法删除（{date}）。", "请勿再次报送。"),
    "ended_before": (
        "该记录已于 {date} 终止公示（移出名单或者信用修复）。",
        "不能重新报送；终止公示有误的，请联系平台审核员。",
    ),
    "withdrawn_before": ("该记录此前已经撤回（{date}）。", "如确需恢复，请联系平台审核员。"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one field of one row, ready to be shown and stored. Never holds a secret in the clear.

    `column` is the letter Excel shows above the field, where the row came in a table.
    """

    code: str
    field: str
    name: str
    value: str
    reason: str
    advice: str
    column: str = ""

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def problem(code: str, *, field: str = "", name: str = "", value: str = "", secret: bool = False, **details) -> Problem:
    """Build the sentence for `code`. A secret value is masked before it goes anywhere, wherever it was typed."""
    shown = quote_briefly(mask_number(value) if secret else mask_id_numbers(value), 100)
    reason, advice = PROBLEMS[code]
    words = defaultdict(str, field=name or "本行", value=shown, **details)
    return Problem(code, field, name, shown, reason.format_map(words), advice.format_map(words))
