"""What can go wrong with the trail; each with a stable code."""


class AuditError(Exception):
    """Root of this app's errors."""

    code = "audit_error"


class OutsideTransaction(AuditError):
    """A line was to be written outside the business transaction, so it could exist without its fact, or the reverse."""

    code = "audit_outside_transaction"

    def __init__(self) -> None:
        super().__init__("审计记录必须与业务操作写在同一个事务中。")


class UnsuitableDetail(AuditError):
    """The detail holds something that cannot be written the same way twice (a float, a date, an object)."""

    code = "audit_detail_unsuitable"


class SealStale(AuditError):
    """The oldest unsealed line is older than allowed, so reads of personal data stop (fail closed)."""

    code = "audit_seal_stale"

    def __init__(self, lag: float, limit: float) -> None:
        super().__init__(
            f"审计日志已有 {lag / 3600:.1f} 小时未封存（上限 {limit / 3600:.1f} 小时），"
            "暂停查询个人信息，请联系系统管理员。"
        )
