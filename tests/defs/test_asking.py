"""Contacts searched and got as jobs, the results as metadata, people kept out unless asked for."""

from typing import Any

import dagster as dg
import pytest

from intercom_pipeline.definitions import defs
from intercom_pipeline.sandbox import Sandbox
from tests.defs.running import Runner, failure_of
from tests.defs.test_privacy import kept, people

QUIET: Any = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def ask(runner: Runner, job: str, **config: Any) -> dg.ExecuteInProcessResult:
    return defs.resolve_job_def(f"{job}_job").execute_in_process(
        instance=runner.instance,
        run_config={**QUIET, "ops": {job: {"config": config}}},
        raise_on_error=False,
    )


def told(result: dg.ExecuteInProcessResult, job: str) -> dict[str, Any]:
    assert result.success
    (output,) = [event for event in result.events_for_node(job) if event.is_successful_output]
    return {name: value.value for name, value in output.step_output_data.metadata.items()}


def test_the_code_location_loads_with_them() -> None:
    """All definitions resolve together: two of the same name would take the whole location down."""
    assert {"search_contacts_job", "get_contact_job"} <= set(defs.get_repository_def().job_names)
    assert defs.get_repository_def().get_all_jobs()


def test_a_search_shows_what_it_found(runner: Runner, sandbox: Sandbox) -> None:
    """As a table, whose fields can be named, also those inside others."""
    contact = sandbox.workspace.records("contacts")[0]
    fields = ["id", "email", "location.country"]
    result = ask(runner, "search_contacts", where=f"id = {contact['id']}", fields=fields)
    metadata = told(result, "search_contacts")
    assert (metadata["found"], metadata["more"]) == (1, False)
    (record,) = metadata["contacts"].records
    assert record.data == {
        "id": contact["id"],
        "email": contact["email"],
        "location.country": contact["location"]["country"],
    }


def test_a_search_says_when_there_is_more(runner: Runner) -> None:
    """It shows no more than it was asked for."""
    metadata = told(ask(runner, "search_contacts", where="created_at > 0", limit=5), "search_contacts")
    assert (metadata["found"], metadata["more"], len(metadata["contacts"].records)) == (5, True, 5)


def test_a_contact_is_shown_by_its_id(runner: Runner, sandbox: Sandbox) -> None:
    """By the fields that say nothing about the person."""
    contact = sandbox.workspace.records("contacts")[0]
    shown = told(ask(runner, "get_contact", contact_id=contact["id"]), "get_contact")["contact"]
    assert (shown["id"], shown["role"]) == (contact["id"], contact["role"])
    assert "email" not in shown


def test_a_field_that_no_contact_has_is_told(runner: Runner, sandbox: Sandbox) -> None:
    """Not one that the contact has and that holds nothing."""
    fields = ["id", "nope", "location.nowhere", "location.country", "phone"]
    contact = sandbox.workspace.records("contacts")[0]
    for result in (
        ask(runner, "search_contacts", where="created_at > 0", fields=fields),
        ask(runner, "get_contact", contact_id=contact["id"], fields=fields),
    ):
        said = [entry.user_message for entry in runner.instance.all_logs(result.run_id)]
        assert "No contact that was found has: nope, location.nowhere." in said


def test_dagster_keeps_no_person_it_was_not_asked_to_show(runner: Runner, sandbox: Sandbox) -> None:
    """Neither in events nor as an op's stored output."""
    told(ask(runner, "search_contacts", where="created_at > 0"), "search_contacts")
    contact = sandbox.workspace.records("contacts")[0]
    told(ask(runner, "get_contact", contact_id=contact["id"]), "get_contact")
    bytes_kept = kept(runner.home)
    assert contact["id"].encode() in bytes_kept
    for secret in [sandbox.token, *people(sandbox)]:
        assert secret.encode() not in bytes_kept


@pytest.mark.parametrize(
    ("job", "config", "said"),
    [
        ("search_contacts", {"where": "emial = x"}, "emial"),
        ("search_contacts", {"where": "role ="}, "role ="),
        ("get_contact", {"contact_id": "nobody"}, "does not have this record"),
        ("get_contact", {"contact_id": "../me"}, "is no id"),
    ],
)
def test_bad_input_fails_the_run_plainly(runner: Runner, job: str, config: Any, said: str) -> None:
    """In the same three lines as everywhere."""
    assert said in failure_of(ask(runner, job, **config), job)
