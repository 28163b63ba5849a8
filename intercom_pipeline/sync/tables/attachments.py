"""The files attached to what was written: rows of conversation and of ticket parts.

Fields as in Intercom's API description of `part_attachment`, versions 2.11 to 2.16.
"""

from intercom_pipeline.sync.tables.columns import identifier, integer, text
from intercom_pipeline.warehouse.table import PARENT, Person, Table


def attachments_of(parts: str) -> Table:
    """The table of the files attached to the rows of a table of parts.

    Intercom gives files no id, and signs their addresses anew with every answer: so a file is known by its
    name and size. Of two files of one part that share both, one is a row; the part's JSON has each.
    """
    return Table(
        name=f"{parts.removesuffix('s')}_attachments",
        description=f"The files attached to {parts.replace('_', ' ')}.",
        grain="one file attached to one part",
        primary_key=("part_id", "name", "filesize"),
        columns=(
            identifier("part_id", f"The part's id, as in {parts}.", field=PARENT),
            text("name", "The file's name.", person=Person.FILE),
            integer("filesize", "The file's size in bytes."),
            text("content_type", "The file's media type, such as image/png."),
            text("type", "The kind of attachment, such as upload."),
            text("url", "Where the file was to be had when the part was read.", person=Person.LINK),
            integer("width", "The picture's width in pixels; NULL if the file is none."),
            integer("height", "The picture's height in pixels; NULL if the file is none."),
        ),
        path=("attachments",),
    )
