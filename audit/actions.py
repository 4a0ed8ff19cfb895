"""Everything that leaves a line in the trail, by name: app.noun.participle.

The member is called after noun and participle. A name, once written into a row, is never changed or reused.
"""

from django.db import models


class Action(models.TextChoices):
    """What was done, with the words staff read; a string enum, stored by value."""

    USER_SIGNED_IN = "accounts.user.signed_in", "登录"
    USER_SIGN_IN_REFUSED = "accounts.user.sign_in_refused", "登录被拒"
    USER_SIGNED_OUT = "accounts.user.signed_out", "退出登录"
    USER_PLACED = "accounts.user.placed", "设定用户的部门与角色"
    USER_DEACTIVATED = "accounts.user.deactivated", "停用用户"
    USER_PASSWORD_CHANGED = "accounts.user.password_changed", "修改密码"
    TOKEN_ISSUED = "accounts.token.issued", "签发接口令牌"
    TOKEN_REVOKED = "accounts.token.revoked", "撤销接口令牌"
    TOKEN_REFUSED = "accounts.token.refused", "接口令牌被拒"
    ACCESS_REFUSED = "accounts.access.refused", "越权访问被拒"
    RIGHT_GRANTED = "accounts.right.granted", "授予权限"
    RIGHT_REVOKED = "accounts.right.revoked", "收回权限"
    DEPARTMENT_SEEDED = "accounts.department.seeded", "初始化部门"
    DEPARTMENT_CHANGED = "accounts.department.changed", "修改部门"

    ITEM_SEEDED = "catalogue.item.seeded", "初始化信息目录项"
    ITEM_CHANGED = "catalogue.item.changed", "修改信息目录项"
    BASIS_CHANGED = "catalogue.basis.changed", "修改法律依据"
    RULE_CHANGED = "catalogue.rule.changed", "修改公示期限规则"
    EDITION_SEEDED = "catalogue.edition.seeded", "建立信息目录基准版本"
    EDITION_DRAFTED = "catalogue.edition.drafted", "起草信息目录新版本"
    EDITION_CHANGED = "catalogue.edition.changed", "修改信息目录草案"
    EDITION_SUBMITTED = "catalogue.edition.submitted", "提交信息目录草案复核"
    EDITION_RETURNED = "catalogue.edition.returned", "退回信息目录草案"
    EDITION_APPROVED = "catalogue.edition.approved", "批准信息目录新版本"
    EDITION_ABANDONED = "catalogue.edition.abandoned", "放弃信息目录草案"

    RECORD_REGISTERED = "records.record.registered", "登记信用记录"
    RECORD_UPDATED = "records.record.updated", "更新信用记录"
    RECORD_WITHDRAWN = "records.record.withdrawn", "撤下信用记录"
    RECORD_EXPIRED = "records.record.expired", "公示期满停止公示"
    RECORD_RECOMPUTED = "records.record.recomputed", "按新版目录处理现行记录"
    RECORD_VIEWED = "records.record.viewed", "查看信用记录"
    RECORD_EXPORTED = "records.record.exported", "导出信用记录"
    PERSON_LISTED = "records.person.listed", "列表中列示自然人"
    PERSON_EXPORTED = "records.person.exported", "导出自然人信息"
    BATCH_RECEIVED = "records.batch.received", "接收批次"
    BATCH_COMMITTED = "records.batch.committed", "批次入库"
    BATCH_REFUSED = "records.batch.refused", "批次被拒"
    BATCH_CANCELLED = "records.batch.cancelled", "取消批次"
    BATCH_DOWNLOADED = "records.batch.downloaded", "下载批次结果"
    SUBJECT_REGISTERED = "records.subject.registered", "登记信用主体"
    SUBJECT_RENAMED = "records.subject.renamed", "信用主体更名"
    SUBJECT_VIEWED = "records.subject.viewed", "查看信用主体"
    SUBJECTS_MERGED = "records.subjects.merged", "合并重复主体"
    SUBJECTS_UNMERGED = "records.subjects.unmerged", "撤销主体合并"
    STANDING_ENTERED = "records.standing.entered", "录入主体登记状态"
    PERSON_VERIFIED = "records.person.verified", "核验自然人身份"
    DUPLICATES_SEARCHED = "records.duplicates.searched", "查找疑似重复主体"
    DUPLICATE_DISMISSED = "records.duplicate.dismissed", "认定不是同一主体"
    MERGE_SUGGESTED = "records.merge.suggested", "提出合并主体"
    MERGE_DISMISSED = "records.merge.dismissed", "不予合并主体"
    CASE_ANSWERED = "records.case.answered", "说明重错码"
    CASE_REOPENED = "records.case.reopened", "退回重错码说明"
    CASE_SETTLED = "records.case.settled", "办结重错码"
    IDENTIFIER_REVEALED = "records.identifier.revealed", "显示完整证件号码"

    FIGURES_CLOSED = "records.figures.closed", "质量统计定版"
    FIGURES_EXPORTED = "records.figures.exported", "导出质量统计"
    DUTY_CHANGED = "records.duty.changed", "修改报送责任"
    ZERO_REPORTED = "records.zero.reported", "作零报告"
    BULLETIN_DRAFTED = "records.bulletin.drafted", "起草质量通报"
    BULLETIN_ISSUED = "records.bulletin.issued", "印发质量通报"
    QUERY_REQUESTED = "records.query.requested", "申请特殊查询"
    QUERY_GRANTED = "records.query.granted", "准予特殊查询"
    QUERY_DENIED = "records.query.denied", "不予特殊查询"
    QUERY_DROPPED = "records.query.dropped", "撤销特殊查询"
    QUERY_LAPSED = "records.query.lapsed", "特殊查询申请逾期失效"
    QUERY_READ = "records.query.read", "依特殊查询查看记录"

    DELIVERY_SENT = "exchange.delivery.sent", "向国家平台发送"
    DELIVERY_ACCEPTED = "exchange.delivery.accepted", "国家平台接收"
    DELIVERY_REFUSED = "exchange.delivery.refused", "国家平台拒收"
    DELIVERY_FAILED = "exchange.delivery.failed", "向国家平台发送失败"
    DELIVERY_RESENT = "exchange.delivery.resent", "重新向国家平台发送"
    HEAD_DELIVERED = "exchange.head.delivered", "每日树根送达国家平台"
    HEAD_REFUSED = "exchange.head.refused", "国家平台拒收每日树根"
    RECORD_REFUSED = "exchange.record.refused", "国家平台退回记录"

    REPORT_ISSUED = "disclosure.report.issued", "出具信用报告"

    WORKDAY_CHANGED = "deadlines.workday.changed", "修改工作日例外"
    WORKDAY_REMOVED = "deadlines.workday.removed", "删除工作日例外"
    LIMIT_CHANGED = "deadlines.limit.changed", "修改法定期限"
    CALENDAR_SEEDED = "deadlines.calendar.seeded", "初始化工作日历与法定期限"

    LOG_READ = "audit.log.read", "查阅审计日志"
    LOG_EXPORTED = "audit.log.exported", "导出审计日志"
    LOG_VERIFIED = "audit.log.verified", "校验审计日志"
    CHECKPOINT_WRITTEN = "audit.checkpoint.written", "写出审计检查点"
    HEAD_SIGNED = "audit.head.signed", "签署每日树根"
    PROOF_ISSUED = "audit.proof.issued", "出具存在证明"
    READINGRULE_CHANGED = "audit.readingrule.changed", "修改查阅规则"
    SAMPLE_DRAWN = "audit.sample.drawn", "抽取查询抽查样本"
    READING_JUDGED = "audit.reading.judged", "判定抽查的查询"
    ALARM_RAISED = "audit.alarm.raised", "查询量异常告警"
    ALARM_EXPLAINED = "audit.alarm.explained", "说明查询量告警"
    INCIDENT_OPENED = "audit.incident.opened", "登记信息安全事件"
    INCIDENT_CHANGED = "audit.incident.changed", "更新信息安全事件"
    INCIDENT_CLOSED = "audit.incident.closed", "办结信息安全事件"
    ASSESSMENT_FILED = "audit.assessment.filed", "登记个人信息保护影响评估"


# The lines that say who saw which person's data; their object is the person (records.Subject).
READINGS = (
    Action.RECORD_VIEWED,
    Action.SUBJECT_VIEWED,
    Action.IDENTIFIER_REVEALED,
    Action.PERSON_LISTED,
    Action.PERSON_EXPORTED,
)
