"""The custom attributes that records carry are those that the workspace's settings define."""

from intercom_pipeline.sandbox import content
from intercom_pipeline.sandbox.content.attributes import (
    conversation_attribute_count,
    data_attribute_count,
    make_conversation_attribute,
    make_data_attribute,
)
from tests.sandbox_content.workspace import NOW, SEED, Record, contacts, conversations, people

_OBJECTS = 12


def _defined(model: str) -> dict[str, Record]:
    every = [make_data_attribute(SEED, index, NOW, people()) for index in range(data_attribute_count())]
    return {one["name"]: one for one in every if one["model"] == model and one["custom"]}


def _of_conversations() -> dict[str, Record]:
    count = conversation_attribute_count()
    every = [make_conversation_attribute(SEED, index, NOW, people()) for index in range(count)]
    return {one["name"]: one for one in every}


def _carried(records: tuple[Record, ...] | list[Record]) -> set[str]:
    return {name for record in records for name in record["custom_attributes"]}


def test_every_attribute_that_is_defined_is_carried_by_some_record() -> None:
    """Archived, hidden and oddly named ones too; and no record carries another."""
    assert _carried(contacts()) == set(_defined("contact"))
    assert _carried(conversations()) == set(_of_conversations())
    assert _carried(content.make_companies(SEED, 400, NOW)) == set(_defined("company"))


def test_some_attributes_are_archived_hidden_or_named_alike() -> None:
    """Names that differ in case or by a sign alone stand side by side."""
    for defined in (_defined("contact"), _defined("company"), _of_conversations()):
        assert any(one["archived"] for one in defined.values())
        alike = {"".join(letter for letter in name.lower() if letter.isalnum()) for name in defined}
        assert len(alike) < len(defined)
    assert not _defined("contact")["internal_score"]["ui_writable"]
    assert _of_conversations()['Root "cause" 🔍']["visible_to_team_ids"] == [people().teams[0]["id"]]


def test_a_contact_leads_to_an_order_that_exists() -> None:
    """The instances in a contact's custom attributes are those of the workspace, no more than it has."""
    made = [content.make_contact(SEED, index, NOW, people(), _OBJECTS) for index in range(200)]
    shown = [
        one["custom_attributes"]["order"]["instances"][0]
        for one in made
        if "order" in one["custom_attributes"]
    ]
    assert [one["external_id"] for one in shown] == [f"order_{index:03d}" for index in range(0, _OBJECTS, 2)]
