"""The kinds of record that make up a workspace's short lists: all of them are made at the start."""

from intercom_pipeline.sandbox.content import help_center
from intercom_pipeline.sandbox.kind import Kind

LISTS: dict[str, Kind] = {
    "help_centers": Kind(one=None, make=help_center.make_help_center),
    "collections": Kind(one=None, make=help_center.make_collection),
}
