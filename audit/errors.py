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


class TrailRefused(AuditError):
    """The database refuses the line, so what it would have been about is not done and not shown (T-15)."""

    code = "audit_refused"

    def __init__(self) -> None:
        super().__init__("审计日志暂时不能写入，因此不能查看、办理。请联系系统管理员。")


class LimitReached(AuditError):
    """Somebody has read as much in this hour as anybody may."""

    code = "reading_limit_reached"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"一小时内最多显示 {limit} 个完整号码，您已达到上限。请稍后再试；确有批量需要的，请与审计员联系。"
        )


class PurposeMissing(AuditError):
    """Who reads persons of the whole province says first what for."""

    code = "reading_purpose_missing"

    def __init__(self) -> None:
        super().__init__("请先写明查阅自然人信息的用途。")


class NotYet(AuditError):
    """What is asked for exists only later; the sentence says when."""

    code = "audit_not_yet"


class AlreadyDecided(AuditError):
    """Somebody decided it in the meantime."""

    code = "audit_already_decided"

    def __init__(self) -> None:
        super().__init__("已经有人作出判定，请刷新后查看。")


class NothingToRectify(AuditError):
    """The order to rectify was carried out or passed on before, or there was none."""

    code = "audit_nothing_to_rectify"

    def __init__(self) -> None:
        super().__init__("这次检查没有要整改的事项，或者整改已经办结。请刷新后查看。")


class MonitoringOver(AuditError):
    """The institution has been released from the register."""

    code = "audit_monitoring_over"

    def __init__(self) -> None:
        super().__init__("这个单位已经移出重点监控。需要再次监控的，请重新列入。")


class RectificationOpen(AuditError):
    """An institution that still has to rectify is not released."""

    code = "audit_rectification_open"

    def __init__(self) -> None:
        super().__init__("还有没有办结的整改，不能移出。请先登记复查结果。")
