"""Whether a stream can be had: in this API version, with these permissions."""

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.errors import AuthenticationFailed, IntercomError, NotFound, PermissionMissing
from intercom_pipeline.intercom.permissions import how_to_permit
from intercom_pipeline.intercom.versions import APP, DEFAULT, at_least
from intercom_pipeline.sync.stream import Need, Stream


class StreamUnavailable(PipelineError):
    """This workspace, token or API version does not give the stream."""


class LaterVersionNeeded(StreamUnavailable):
    """The API version that is set does not have the stream.

    Attributes:
        version: The first that has it.
    """

    def __init__(self, name: str, *, version: str, given: str) -> None:
        super().__init__(
            f"{name} needs API version {version} or later; {given} is set.",
            why="Earlier versions do not have it.",
            fix=f"Set INTERCOM_API_VERSION={version} or later to have it.",
        )
        self.version = version


class NotPermitted(StreamUnavailable):
    """The access token may not read the stream."""


def refused_by_version(stream: Stream, version: str) -> LaterVersionNeeded | None:
    """Why a stream cannot be asked for in an API version; None where it can.

    With `app` the version is not known: a later stream is asked for in the first version that has it.
    """
    if version == APP or at_least(version, stream.minimum_version):
        return None
    return LaterVersionNeeded(stream.name, version=stream.minimum_version, given=version)


def asking_version(stream: Stream, version: str) -> str:
    """The API version to ask for a stream in.

    With `app`, a stream whose listings depend on the version is asked for in one that is known.
    """
    if version != APP:
        return version
    if any(listing.before for listing in stream.besides):
        return max(stream.minimum_version, DEFAULT)
    return stream.minimum_version if stream.minimum_version != "2.11" else version


def unavailable(stream: Stream, error: BaseException) -> StreamUnavailable | None:
    """What an error of Intercom's says about whether the stream can be had; None where it says nothing."""
    if isinstance(error, AuthenticationFailed | PermissionMissing):
        return NotPermitted(
            f"The access token may not read {stream.name}.",
            why=error.why,
            fix=how_to_permit(stream.permission),
        )
    if isinstance(error, NotFound) and _is_the_listing(stream, error):
        return StreamUnavailable(
            f"This workspace does not have {stream.name}.",
            why=error.why,
            fix="It may need another plan or feature; ask Intercom, or leave the stream out.",
        )
    return None


def may_be_skipped(stream: Stream, *, asked: bool) -> bool:
    """Whether a run may do without the stream: nobody asked for it, and not every workspace has it."""
    return not asked and stream.need is not Need.ALWAYS


def _is_the_listing(stream: Stream, error: IntercomError) -> bool:
    paths = {stream.path, *(listing.path for listing in stream.besides)}
    return error.failure.path in paths
