"""Who belongs to which segment."""

from intercom_pipeline.sandbox.content.chance import Kind, mix, shares
from intercom_pipeline.sandbox.content.faces import role_of

# The share of all contacts of its role, by the segment's place in the list.
_ODDS = (0.6, 0.25, 0.08, 0.05, 0.15, 0.1, 1.0, 0.03)


def segment_members(seed: int, place: int, contacts: int, *, role: str) -> set[int]:
    """The indexes of the contacts in the segment at `place`: contacts of that role (user or lead)."""
    odds = _ODDS[place % len(_ODDS)]
    drawn = shares(seed, mix(seed, Kind.SEGMENT_MEMBER, place), contacts)
    return {index for index, chance in enumerate(drawn) if chance < odds and role_of(seed, index) == role}
