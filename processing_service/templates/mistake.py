"""What is wrong with a template, before it is known where."""


class Mistake(Exception):
    """Raised where a mistake is found; whoever knows the line turns it into a Problem."""

    def __init__(self, code: str, message: str, help: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.help = help
