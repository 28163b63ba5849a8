"""What can be wrong with a stored token."""

from intercom_pipeline.errors import PipelineError


class ProfileError(PipelineError):
    """A stored token cannot be used."""


class ProfileRefused(ProfileError):
    """No profile can have this name."""


class ProfileExposed(ProfileError):
    """Other users of the machine may read or change a stored token."""


class ProfileUnreadable(ProfileError):
    """The file of a profile is no profile, or cannot be read or written."""
