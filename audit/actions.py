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

    RECORD_REGISTERED = "records.record.registered", "登记信用记录"
    RECORD_UPDATED = "records.record.updated", "更新信用记录"
    RECORD_WITHDRAWN = "records.record.withdrawn", "撤下信用记录"
    RECORD_EXPIRED = "records.record.expired", "公示期满停止公示"
    RECORD_VIEWED = "records.record.viewed", "查看信用记录"
    RECORD_EXPORTED = "records.record.exported", "导出信用记录"
    RECORD_CORRECTED = "records.record.corrected", "更正信用记录"
    RECORD_SUSPENDED = "records.record.suspended", "申请撤回，暂停公示"
    RECORD_RESUMED = "records.record.resumed", "恢复公示"
    RECORD_ERASED = "records.record.erased", "依法删除信用记录"
    CHANGE_REQUESTED = "records.change.requested", "申请更正或撤回"
    CHANGE_APPROVED = "records.change.approved", "同意更正或撤回"
    CHANGE_REFUSED = "records.change.refused", "不同意更正或撤回"
    CHANGE_CANCELLED = "records.change.cancelled", "撤销更正或撤回申请"
    CHANGE_OUTDATED = "records.change.outdated", "更正申请失效"
    ERASURE_REQUESTED = "records.erasure.requested", "申请依法删除"
    ERASURE_DENIED = "records.erasure.denied", "不予依法删除"
    BATCH_RECEIVED = "records.batch.received", "接收批次"
    BATCH_COMMITTED = "records.batch.committed", "批次入库"
    BATCH_REFUSED = "records.batch.refused", "批次被拒"
    BATCH_CANCELLED = "records.batch.cancelled", "取消批次"
    BATCH_DOWNLOADED = "records.batch.downloaded", "下载批次结果"
    SUBJECT_REGISTERED = "records.subject.registered", "登记信用主体"
    SUBJECT_RENAMED = "records.subject.renamed", "信用主体更名"
    SUBJECT_VIEWED = "records.subject.viewed", "查看信用主体"
    IDENTIFIER_REVEALED = "records.identifier.revealed", "显示完整证件号码"

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
