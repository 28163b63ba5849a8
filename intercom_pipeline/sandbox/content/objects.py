"""Instances of custom object types: orders and subscriptions, and the contacts they belong to."""

from intercom_pipeline.sandbox.content.chance import pick, roller
from intercom_pipeline.sandbox.content.entries import Draw, Record, entry, timed
from intercom_pipeline.sandbox.content.ids import contact_id, conversation_id
from intercom_pipeline.sandbox.content.texts import read

_FIRST_OBJECT = 21
_CONTACT_STEP, _CONTACT_PLACE = 12, 5  # contacts 5, 17, 29 … have an order
_TYPES = 2


def custom_object_types() -> frozenset[str]:
    """The types that a workspace defines, whether or not there are instances of them."""
    return frozenset(words["name"] for words in read("lists")["custom_objects"])


def make_custom_object(seed: int, index: int, now: int, _: object) -> Record:
    """The instance of an index: an order where it is even, else a subscription.

    `references` (the ids of a contact and a conversation) is the workspace's own; no answer shows it.
    """
    kind, times = entry("custom_objects", index % _TYPES)["name"], timed(seed, Draw.CUSTOM_OBJECT, index, now)
    customer = index // _TYPES
    return {
        "id": str(_FIRST_OBJECT + index),
        "type": kind,
        "external_id": f"{kind.lower()}_{index:03d}",
        "external_created_at": times["created_at"] if index % 3 else None,
        "external_updated_at": times["updated_at"] if index % 3 else None,
        **times,
        "custom_attributes": _attributes(seed, index),
        "references": {
            "contact": contact_id(seed, customer * _CONTACT_STEP + _CONTACT_PLACE),
            "conversation": conversation_id(seed, customer),
        },
    }


def orders_of_contact(seed: int, index: int, now: int, objects: int) -> Record:
    """The custom attribute that leads from a contact to its order, of `objects` instances; mostly nothing."""
    customer, place = divmod(index, _CONTACT_STEP)
    if place != _CONTACT_PLACE or customer * _TYPES >= objects:
        return {}
    order = make_custom_object(seed, customer * _TYPES, now, None)
    shown = {name: value for name, value in order.items() if name != "references"}
    return {"order": {"type": f"{order['type']}.list", "instances": [shown]}}


def _attributes(seed: int, index: int) -> dict[str, str]:
    roll = roller(seed, Draw.CUSTOM_OBJECT, index)
    if index % _TYPES == 0:
        return {"order_number": f"ORDER-{20_000 + index}", "total_amount": f"{roll() * 400:.2f}"}
    return {"plan": pick(roll, ("Starter", "Team", "Business")), "seats": str(1 + int(roll() * 40))}
