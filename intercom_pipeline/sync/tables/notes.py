"""Notes that teammates wrote about contacts and companies.

Fields as in Intercom's API description of `note` and `company_note`, versions 2.11 to 2.16.
"""

from intercom_pipeline.sync.tables.columns import identifier, inside, json, text, time
from intercom_pipeline.sync.tables.persons import WRITER
from intercom_pipeline.warehouse.table import PARENT, Column, Person, Table, plain_text

_WRITTEN: tuple[Column, ...] = (
    time("created_at", "When the note was written (UTC)."),
    identifier("author_id", "The id of the admin who wrote it.", expression=inside("author", "id")),
    text("author_name", "The author's name.", expression=inside("author", "name"), person=Person.NAME),
    text("body_text", "The note as plain text.", expression=plain_text("body"), person=Person.TEXT),
    text("body", "The note, which may hold HTML.", person=Person.TEXT),
    json("author", "The admin who wrote it; NULL if unknown.", person=Person.DETAIL, holds=WRITER),
)

# `contact` and `company` hold the id that the note was asked for by, and nothing else.
_IGNORED = frozenset({"type", "contact", "company"})

CONTACT_NOTES_TABLE = Table(
    name="contact_notes",
    description="The notes that teammates wrote about contacts.",
    grain="one note about one contact",
    columns=(
        identifier("id", "The note's id, given by Intercom."),
        identifier("contact_id", "The contact's id, as in contacts.", field=PARENT),
        *_WRITTEN,
    ),
    ignored=_IGNORED,
)

COMPANY_NOTES_TABLE = Table(
    name="company_notes",
    description="The notes that teammates wrote about companies.",
    grain="one note about one company",
    columns=(
        identifier("id", "The note's id, given by Intercom."),
        identifier("company_id", "The company's id, as in companies.", field=PARENT),
        *_WRITTEN,
    ),
    ignored=_IGNORED,
)
