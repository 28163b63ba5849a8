"""What only your settings can name: custom objects, and the datasets of Intercom's reports.

Fields as in Intercom's API description of `custom_object_instance`, version 2.16, and of
`/export/reporting_data`, versions 2.14 to 2.16.
"""

from intercom_pipeline.sync.tables.columns import identifier, json, text, time
from intercom_pipeline.warehouse.table import PARENT, Person, Table

CUSTOM_OBJECTS_TABLE = Table(
    name="custom_objects",
    description="The instances of the custom object types that your settings name.",
    grain="one instance of one type",
    primary_key=("type", "id"),
    columns=(
        identifier("type", "The identifier of the custom object type.", field=PARENT),
        identifier("id", "The instance's id, given by Intercom."),
        identifier(
            "external_id",
            "The instance's id in your own system; NULL if none was given.",
            person=Person.IDENTITY,
        ),
        time("external_created_at", "When it was created in your own system (UTC); NULL if not told."),
        time("external_updated_at", "When it last changed in your own system (UTC); NULL if not told."),
        time("created_at", "When the instance was created in Intercom (UTC)."),
        time("updated_at", "When the instance last changed in Intercom (UTC)."),
        json("custom_attributes", "The instance's attributes, by name.", person=Person.TEXT),
    ),
    # The type that the instances were asked for by.
    ignored=frozenset({"type"}),
)

REPORTING_DATASETS_TABLE = Table(
    name="reporting_datasets",
    description="The datasets of Intercom's reports that can be exported.",
    grain="one dataset",
    columns=(
        identifier("id", "The dataset's id, such as conversation."),
        text("name", "The dataset's name."),
        text("description", "What the dataset holds."),
        identifier("default_time_attribute_id", "The id of the attribute that says when a row happened."),
        json("attributes", "The dataset's columns, with id, qualified_id and name."),
    ),
)

REPORTING_DATA_TABLE = Table(
    name="reporting_data",
    description=(
        "The rows of the reports' datasets that your settings name. "
        "They have no id: a row that changes is flagged, and a new one takes its place."
    ),
    grain="one row of one dataset",
    primary_key=("dataset", "row_id"),
    columns=(
        identifier("dataset", "The dataset's id, as in reporting_datasets.", field=PARENT),
        identifier("row_id", "The row's id, made of its values: with any of them it changes."),
        json(
            "values",
            "The row's values as text, by what heads the column in Intercom's file; the second Tag is Tag_2, "
            "and cells that nothing heads are in _remainder.",
            person=Person.DETAIL,
        ),
    ),
)
