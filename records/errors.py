"""Refusals of the verbs. Each has a stable code; pages and API show its sentence."""


class Refused(Exception):
    """A verb that will not be done, with a sentence for the person who asked."""

    code = "refused"

    def __init__(self, message: str, *, code: str | None = None):
        super().__init__(message)
        self.message = message
        self.code = code or self.code


class RightMissing(Refused):
    """The actor may not do this for this department. At the edges this is 404: it tells nothing of what exists."""

    code = "right_missing"


class ItemNotInForce(Refused):
    code = "item_not_in_force"


class NotASource(Refused):
    """The catalogue does not name this department's line among the sources of the item (98号四（二）)."""

    code = "department_not_a_source"


class IdempotencyConflict(Refused):
    """The key was used for another request (422)."""

    code = "idempotency_key_reused"


class FolderRefused(Refused):
    """A zipped folder that is not taken in, with the code of what is wrong with it."""

    code = "folder_refused"


class PreviewMoved(Refused):
    """What the person has seen is not what would be done (409)."""

    code = "preview_moved"


class RowRefused(Refused):
    """A single row that cannot be taken, with everything that is wrong with it."""

    code = "row_refused"

    def __init__(self, problems):
        super().__init__(problems[0].reason)
        self.problems = problems
