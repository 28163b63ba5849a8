"""A plan's file can be read by people, and says so when it was changed."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intercom_pipeline.replies import plan_file
from intercom_pipeline.replies.errors import PlanFileRefused, PlanFileUnwritable
from intercom_pipeline.replies.plan import Action, Plan, Refusal, Then
from intercom_pipeline.warehouse.files import DataFolder
from tests.replies.planned import plan, reply

FULL = plan(
    reply(1, remarks=("It is closed.",)),
    reply(2, body="<p>\u0623\u0647\u0644\u0627 \U0001f44b</p>"),
    then=Then(action=Action.TAG, target="9", target_name="outage"),
    refused=(Refusal(row="row 4", conversation_id="5", reason="There is no such conversation."),),
    remarks=("Something",),
)


def written(folder: Path, made: Plan = FULL) -> Path:
    path = folder / "plan.json"
    plan_file.write(made, path)
    return path


def changed(path: Path, change: Any) -> Path:
    """The same file with its JSON changed by somebody."""
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    """With the same id, for this user alone, in the order in which people think of it."""
    path = written(tmp_path)
    assert plan_file.read(path) == FULL
    assert plan_file.read(path).plan_id == FULL.plan_id
    assert path.stat().st_mode & 0o777 == 0o600
    content = json.loads(path.read_text(encoding="utf-8"))
    assert list(content) == ["format", "version", "plan_id", "plan"]
    assert next(iter(content["plan"])) == "campaign"
    assert next(iter(content["plan"]["replies"][0])) == "row"
    assert [each.name for each in tmp_path.iterdir()] == ["plan.json"]


@settings(max_examples=50, deadline=None)
@given(body=st.text(), name=st.text(), count=st.none() | st.integers(0, 2**62))
def test_any_text_survives(
    tmp_path_factory: pytest.TempPathFactory, body: str, name: str, count: Any
) -> None:
    """Whatever signs a body or a name has."""
    made = plan(reply(1, body=body, to=name), then=Then(action=Action.SNOOZE, until=count))
    path = written(tmp_path_factory.mktemp("plans"), made)
    assert plan_file.read(path) == made


def test_a_file_whose_layout_alone_was_changed_is_the_same_plan(tmp_path: Path) -> None:
    """An editor may indent it anew."""
    assert plan_file.read(changed(written(tmp_path), dict.copy)) == FULL


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content["plan"]["replies"][0].update(body="<p>Other</p>"),
        lambda content: content["plan"]["replies"].pop(),
        lambda content: content["plan"]["replies"].reverse(),
        lambda content: content["plan"]["replies"][0].update(note="added"),
        lambda content: content["plan"].update(message_type="note"),
        lambda content: content["plan"].update(message_type="shout"),
        lambda content: content["plan"].update(created_at="2026-03-02T12:30:00Z"),
        lambda content: content["plan"].pop("admin_id"),
        lambda content: content["plan"]["replies"][0].update(conversation_id=5),
        lambda content: content.update(plan_id="0" * 64),
        lambda content: content.update(plan=[]),
    ],
)
def test_a_changed_plan_is_refused(tmp_path: Path, change: Any) -> None:
    """Whatever was changed: a body, the order, a field more, or the id."""
    with pytest.raises(PlanFileRefused, match="was changed"):
        plan_file.read(changed(written(tmp_path), change))


@pytest.mark.parametrize(
    ("before", "added"),
    [
        ('"body": "<p>Hello 1</p>"', '"body": "<p>Harmless</p>", '),
        ('"plan": {', '"plan": {"campaign": "other"}, '),
        ('"plan_id"', '"plan_id": "0", '),
        ('"plan_id"', '"note": "Look: it says something else.", '),
        ('"campaign"', '"options": [], '),
    ],
)
def test_nothing_can_be_put_into_a_plan(tmp_path: Path, before: str, added: str) -> None:
    """Neither a second text under a name that is there, which alone people may see, nor a field more."""
    path = written(tmp_path)
    content = path.read_text(encoding="utf-8")
    path.write_text(content.replace(before, added + before, 1), encoding="utf-8")
    with pytest.raises(PlanFileRefused, match="was changed"):
        plan_file.read(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no plan"),
        (b"row,body\n1,Hi\n", "is no plan"),
        (b"\xff\xfe{", "is no plan"),
        (b"[" * 100_000, "is no plan"),
        (b'{"format":"intercom-pipeline replies","version":1,"plan_id":"', "is no plan"),
        (b'{"format":"another","version":1,"plan_id":"0","plan":{}}', "is no plan"),
        (b'{"format":"intercom-pipeline replies","version":2,"plan_id":"0","plan":5}', "another release"),
    ],
)
def test_what_is_no_plan_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    """Something else, half a file, or one of a later release."""
    path = tmp_path / "plan.json"
    path.write_bytes(content)
    with pytest.raises(PlanFileRefused, match=said):
        plan_file.read(path)


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """Nothing there, a folder, or more than any plan holds."""
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        file.truncate(plan_file.MOST_BYTES + 1)
    for path, said in (
        (tmp_path / "none", "no plan to be read"),
        (tmp_path, "no plan to"),
        (large, "too large"),
    ):
        with pytest.raises(PlanFileRefused, match=said):
            plan_file.read(path)


def test_the_same_plan_may_be_written_again_and_another_may_not(tmp_path: Path) -> None:
    """What is there stays; neither a plan nor anything else is overwritten."""
    path = written(tmp_path)
    before = path.stat().st_ino
    written(tmp_path)
    assert path.stat().st_ino == before
    with pytest.raises(PlanFileRefused, match="There is a file"):
        written(tmp_path, plan())
    path.write_text("notes", encoding="utf-8")
    with pytest.raises(PlanFileRefused, match="There is a file"):
        written(tmp_path)
    assert path.read_text(encoding="utf-8") == "notes"
    assert [each.name for each in tmp_path.iterdir()] == ["plan.json"]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A file where a folder should be; nothing is left behind."""
    (tmp_path / "file").touch()
    with pytest.raises(PlanFileUnwritable, match="cannot be written"):
        plan_file.write(FULL, tmp_path / "file" / "plan.json")
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("campaign", "name"),
    [
        ("outage 2026-11-20", "outage-2026-11-20"),
        ("../../etc/passwd", "etc-passwd"),
        ("\u00e9t\u00e9", "ete"),
        ("\u0623\u0647\u0644\u0627", "plan"),
        ("x" * 90, "x" * 40),
    ],
)
def test_a_plan_is_kept_in_the_data_folder_by_campaign_and_id(
    tmp_path: Path, campaign: str, name: str
) -> None:
    """Under a name that any system takes, whatever the campaign is called."""
    made = plan(campaign=campaign)
    path = plan_file.default_path(DataFolder(tmp_path), made)
    assert path == tmp_path / "replies" / "plans" / f"{name}-{made.plan_id[:8]}.json"
    plan_file.write(made, path)
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_what_is_as_by_default_is_no_part_of_the_content() -> None:
    """So the ids of plans stay as they are when a release adds a field."""
    assert b"remarks" not in plan().content
    assert plan().plan_id == "51ad6dfe657ebc121a2c3975e2df5b9eb846d26879fd7987200c5aab8afb2eef"
