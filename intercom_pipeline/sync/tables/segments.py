"""Who is in which segment, as a search of contacts by segment tells."""

from intercom_pipeline.sync.tables.columns import identifier
from intercom_pipeline.warehouse.table import PARENT, Table

CONTACT_SEGMENTS_TABLE = Table(
    name="contact_segments",
    description="Which contacts are in which segments.",
    grain="one contact in one segment",
    primary_key=("contact_id", "segment_id"),
    columns=(
        identifier("contact_id", "The contact's id, as in contacts.", field="id"),
        identifier("segment_id", "The segment's id, as in segments.", field=PARENT),
    ),
)
