"""Refusals of the verbs on cases, each with a stable code."""

from records.errors import Refused


class CaseMoved(Refused):
    """The page was older than the case: somebody has done something since (409). The sentence says who did what."""

    code = "case_moved"


class HeldByOther(Refused):
    """Somebody else has taken the case to work on it."""

    code = "held_by_other"


class NotYours(Refused):
    """The case or the record is somebody else's. At the edges this is 404: it tells nothing of what exists."""

    code = "not_yours"


class DraftMoved(Refused):
    """The draft was saved from another page, handed in or dropped since this page was opened (409)."""

    code = "draft_moved"
