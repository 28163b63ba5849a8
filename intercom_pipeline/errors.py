"""The root of every error this project raises on purpose."""


class PipelineError(Exception):
    """Something a person has to know about, said in three lines.

    Attributes:
        what: What happened, in one sentence.
        why: The cause, as far as it is known.
        fix: What to do about it.
    """

    def __init__(self, what: str, *, why: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.fix = fix

    def __str__(self) -> str:
        return "\n".join(line for line in (self.what, self.why, self.fix) if line)
