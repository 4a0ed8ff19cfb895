"""What a problem's code means, without the particulars of a row: the heading under which rows are counted."""

from records.problems import PROBLEMS

# Where the sentence for one row does not read as the name of a kind.
KINDS = {
    "required": "必填内容没有填写",
    "too_long": "内容过长",
    "date_in_future": "日期晚于今天",
    "date_too_early": "日期过早",
    "dates_out_of_order": "日期先后不对",
    "value_unknown": "不在规定取值内",
    "value_repeated": "取值重复",
    "name_without_letters": "名称只有标点符号",
    "row_shifted": "整行错开了一列",
    "uscc_length": "统一社会信用代码不是 18 位",
    "uscc_letter_for_digit": "统一社会信用代码把数字写成了字母",
    "scientific_notation": "代码成了科学计数法",
    "uscc_invalid": "统一社会信用代码不符合校验规则",
    "organisation_code_invalid": "组织机构代码不符合校验规则",
    "id_number_invalid": "公民身份号码不符合校验规则",
    "person_id_invalid": "证件号码与证件类型不符",
    "id_number_in_text": "公开文字中含有公民身份号码",
    "subject_kind_not_allowed": "不归集该类主体",
    "not_for_this_kind": "填写了不适用于该类主体的内容",
    "subject_is_minor": "当事人未成年",
    "source_department_mismatch": "来源单位不是本部门",
    "unknown_field": "不认识的字段",
    "column_count": "列数与表头不一致",
    "control_character": "含有看不见的控制字符",
    "lone_surrogate": "含有不完整的字符",
    "error_value": "公式出错",
    "identifier_character": "代码中有不允许的字符",
    "numeric_identifier": "代码存成了数值",
    "number_in_identifier": "代码存成了数值",
    "date_format": "不是日期",
    "date_impossible": "没有这一天",
    "date_short_year": "年份不完整",
    "decimal_format": "不是数值",
    "decimal_too_large": "数值太大",
    "decimal_too_precise": "小数位数太多",
    "name_conflict": "名称与已登记的主体不一致",
    "person_name_conflict": "姓名与已登记的不一致",
    "identifier_conflict": "几个代码分属不同的主体",
    "duplicate_in_file": "文件中有内容不同的重复行",
    "moved_since_preview": "预览之后相关记录又有变化",
    "ended_before": "该记录已经终止公示",
    "withdrawn_before": "该记录此前已经撤回",
}


def kind_of(code: str) -> str:
    return KINDS.get(code) or PROBLEMS.get(code, ("其他问题",))[0]
