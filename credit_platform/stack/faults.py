"""What can go wrong with the stack, told to the person at the terminal."""


class StackError(Exception):
    """The stack cannot do what was asked.

    `code` is stable for tests and scripts; the message is one Chinese sentence saying what is wrong and what to do.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Interrupted(BaseException):
    """Ctrl-C or SIGTERM came in: everything started so far is to be stopped in order."""
