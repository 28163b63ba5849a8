"""Companies, with their tags and segments.

Fields as in Intercom's API description of `company`, versions 2.11 to 2.16.
"""

from intercom_pipeline.sync.tables.columns import identifier, inside, integer, json, number, text, time
from intercom_pipeline.sync.tables.persons import NOTES
from intercom_pipeline.warehouse.table import PARENT, Person, Table

_COMPANY_TAGS = Table(
    name="company_tags",
    description="The tags of each company.",
    grain="one tag of one company",
    primary_key=("company_id", "tag_id"),
    columns=(
        identifier("company_id", "The company's id, as in companies.", field=PARENT),
        identifier("tag_id", "The tag's id, as in tags.", field="id"),
        text("tag_name", "The tag's name.", field="name"),
    ),
    ignored=frozenset({"type"}),
    path=("tags", "tags"),
)

_COMPANY_SEGMENTS = Table(
    name="company_segments",
    description="The segments that each company is in.",
    grain="one segment of one company",
    primary_key=("company_id", "segment_id"),
    columns=(
        identifier("company_id", "The company's id, as in companies.", field=PARENT),
        identifier("segment_id", "The segment's id, given by Intercom.", field="id"),
        text("segment_name", "The segment's name.", field="name"),
        text("person_type", "What Intercom says the segment holds."),
        time("created_at", "When the segment was created (UTC)."),
        time("updated_at", "When the segment last changed (UTC)."),
    ),
    # The number of the segment's members is none of the company's facts.
    ignored=frozenset({"type", "count"}),
    path=("segments", "segments"),
)

COMPANIES_TABLE = Table(
    name="companies",
    description="The companies that your contacts belong to.",
    grain="one company",
    columns=(
        identifier("id", "The company's id, given by Intercom."),
        identifier("company_id", "The company's id in your own product."),
        identifier("app_id", "The id of the workspace the company belongs to."),
        text("name", "The company's name."),
        text("website", "The address of the company's website; NULL if unknown."),
        text("industry", "The industry the company is in; NULL if unknown."),
        integer("size", "How many people the company employs; NULL if unknown."),
        number("monthly_spend", "What the company spends with you in a month, in your own currency."),
        integer("session_count", "How many sessions its contacts had in your product."),
        integer("user_count", "How many contacts it has."),
        identifier("plan_id", "The id of the company's plan.", expression=inside("plan", "id")),
        text("plan_name", "The name of the company's plan.", expression=inside("plan", "name")),
        time("remote_created_at", "When the company was created in your own product (UTC)."),
        time("created_at", "When the company was created in Intercom (UTC)."),
        time("updated_at", "When the company last changed (UTC)."),
        time("last_request_at", "When one of its contacts was last seen in your product (UTC)."),
        json("plan", "The company's plan, with id and name; empty if none is set."),
        json(
            "custom_attributes",
            "Your workspace's own attributes of the company, by name.",
            person=Person.TEXT,
        ),
        json("tags", "The company's tags; as rows in company_tags."),
        json("segments", "The company's segments; as rows in company_segments."),
        json(
            "notes", "The company's notes; sent from API version 2.16 on.", person=Person.DETAIL, holds=NOTES
        ),
    ),
    ignored=frozenset({"type"}),
    children=(_COMPANY_TAGS, _COMPANY_SEGMENTS),
)
