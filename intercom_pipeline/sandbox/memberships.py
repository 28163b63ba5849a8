"""Which contacts are in which segment."""

from collections.abc import Callable

from intercom_pipeline.sandbox.collection import Collection

Draw = Callable[[int], set[int]]
"""The positions of the contacts that a new workspace has in the segment at a place."""


class Memberships:
    """The members of each segment: drawn when first asked for, from then on as people join and leave.

    A segment's rules are Intercom's own affair, so membership changes without the contact being changed:
    neither its `updated_at` nor anything else tells. Every method expects the workspace's lock to be held.
    """

    def __init__(self, contacts: Collection, segments: Collection, draw: Draw) -> None:
        """Make contacts findable by `segment_id`."""
        self._contacts, self._segments, self._draw = contacts, segments, draw
        self._members: dict[str, set[int]] = {}
        contacts.computed["segment_id"] = self.of
        contacts.indexes["segment_id"] = lambda value: self.members(value) if value in segments else ()

    def members(self, segment_id: str) -> set[int]:
        """The positions of a segment's contacts, gone ones included; raises 404 for no such segment."""
        held = self._members.get(segment_id)
        if held is None:
            held = self._members[segment_id] = self._draw(self._segments.position(segment_id))
        return held

    def of(self, position: int) -> tuple[str, ...]:
        """The ids of the segments that the contact at a position is in, oldest segment first."""
        ids = (self._segments.ids[place] for place in self._segments.positions())
        return tuple(identity for identity in ids if position in self.members(identity))

    def join(self, segment_id: str, contact_id: str) -> None:
        """Let a contact into a segment; raises 404 where either is not listed."""
        self._segments.get(segment_id)
        self._contacts.get(contact_id)
        self.members(segment_id).add(self._contacts.position(contact_id))
        self._contacts.revision += 1

    def leave(self, segment_id: str, contact_id: str) -> None:
        """Let a contact out of a segment; raises 404 where either never was."""
        self.members(segment_id).discard(self._contacts.position(contact_id))
        self._contacts.revision += 1
