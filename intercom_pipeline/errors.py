"""The root of every error this project raises on purpose."""

from intercom_pipeline import steering


class PipelineError(Exception):
    """Something a person has to know about, said in three lines.

    Attributes:
        what: What happened, in one sentence.
        why: The cause, as far as it is known.
        fix: What to do about it.

    All three may quote what somebody else wrote: what would steer a terminal or a log is taken out.
    """

    def __init__(self, what: str, *, why: str = "", fix: str = "") -> None:
        self.what = steering.lines(what)
        self.why = steering.lines(why)
        self.fix = steering.lines(fix)
        super().__init__(self.what)

    def __str__(self) -> str:
        return "\n".join(line for line in (self.what, self.why, self.fix) if line)
