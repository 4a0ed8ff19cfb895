"""Refusals of the catalogue's verbs. Each has a stable code; pages show its sentence."""

from collections.abc import Sequence


class EditionRefused(Exception):
    """A step of an edition that will not be done, with a sentence for the person who asked."""

    def __init__(self, message: str, *, code: str):
        super().__init__(message)
        self.message, self.code = message, code


class NotTheirs(EditionRefused):
    """This person's role does not take this step. At the edges it is 404."""

    def __init__(self):
        super().__init__("您的角色不能办理这一步。", code="right_missing")


class LawUnsound(EditionRefused):
    """The text of an edition that cannot stand, with everything that is wrong with it."""

    def __init__(self, sentences: Sequence[str]):
        super().__init__(sentences[0], code="law_unsound")
        self.sentences = list(sentences)
