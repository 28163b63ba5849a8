"""Asking the workspace from Dagster: contacts that a query finds, and one contact, as metadata of the run.

Dagster stores what it shows: so only fields that say nothing about the person, unless others are named.
"""

from collections.abc import Sequence
from typing import Any

import dagster as dg
from pydantic import Field

from intercom_pipeline.api import Contact, Intercom
from intercom_pipeline.defs.failures import failing_plainly
from intercom_pipeline.defs.resources import IntercomResource

_IMPERSONAL = ["id", "role", "created_at", "updated_at", "last_seen_at", "last_replied_at"]
_MOST = 1_000
_SHOWN = (
    "The fields to show. Dagster stores them with the run, so add those about the person (name, email, "
    "custom_attributes.plan) only where that is wanted."
)


class SearchConfig(dg.Config):
    """What to look for."""

    where: str = Field(
        description="The query, such as: role = user AND created_at > 2026-03-01. Dagster stores it."
    )
    limit: int = Field(default=100, ge=1, le=_MOST, description="How many contacts to show at most.")
    fields: list[str] = Field(default=_IMPERSONAL, description=_SHOWN)


class ContactConfig(dg.Config):
    """Which contact to get."""

    contact_id: str = Field(description="Intercom's id of the contact.")
    fields: list[str] = Field(default=_IMPERSONAL, description=_SHOWN)


# Nothing: an output of its own would be stored whole in Dagster's home.
@dg.op(out=dg.Out(dg.Nothing), description="Searches contacts, and shows what it found as metadata.")
def search_contacts(
    context: dg.OpExecutionContext, config: SearchConfig, intercom: IntercomResource
) -> dg.Output[None]:
    """Ask by the query, those changed last first."""
    with failing_plainly(), Intercom(intercom.connection()) as workspace:
        found = list(workspace.search_contacts(config.where, limit=config.limit + 1))
    shown = found[: config.limit]
    more = len(found) > config.limit
    context.log.info("Found %d contacts%s.", len(shown), ", and there are more" if more else "")
    _warn_of_strangers(context, shown, config.fields)
    return dg.Output(
        None, metadata={"found": len(shown), "more": more, "contacts": _table(shown, config.fields)}
    )


@dg.op(out=dg.Out(dg.Nothing), description="Gets one contact, and shows it as metadata.")
def get_contact(
    context: dg.OpExecutionContext, config: ContactConfig, intercom: IntercomResource
) -> dg.Output[None]:
    """Ask by the id."""
    with failing_plainly(), Intercom(intercom.connection()) as workspace:
        contact = workspace.get_contact(config.contact_id)
    _warn_of_strangers(context, [contact], config.fields)
    return dg.Output(None, metadata={"contact": {name: _value(contact, name) for name in config.fields}})


@dg.job(description="Searches contacts by field, operator and value.")
def search_contacts_job() -> None:
    """One operation."""
    search_contacts()


@dg.job(description="Gets one contact by its id.")
def get_contact_job() -> None:
    """One operation."""
    get_contact()


def _table(contacts: Sequence[Contact], fields: Sequence[str]) -> dg.TableMetadataValue:
    records = [
        dg.TableRecord({name: _cell(_value(contact, name)) for name in fields}) for contact in contacts
    ]
    schema = dg.TableSchema(columns=[dg.TableColumn(name) for name in fields])
    return dg.MetadataValue.table(records=records, schema=schema)


def _warn_of_strangers(
    context: dg.OpExecutionContext, contacts: Sequence[Contact], fields: Sequence[str]
) -> None:
    """Tell of fields that none of the contacts has: a name that is mistyped, or an attribute of others."""
    strangers = [name for name in fields if not any(_has(contact, name) for contact in contacts)]
    if contacts and strangers:
        context.log.warning("No contact that was found has: %s.", ", ".join(strangers))


def _has(contact: Contact, name: str) -> bool:
    """Whether there is such a field, also where it holds nothing."""
    inside, _, last = name.rpartition(".")
    value = _value(contact, inside) if inside else contact
    return isinstance(value, dict) and last in value


def _value(contact: Contact, name: str) -> Any:
    """A field, deeper ones by dots; None where there is none."""
    value: Any = contact
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _cell(value: Any) -> str | int | float | bool | None:
    return value if isinstance(value, str | int | float | bool | None) else str(value)
