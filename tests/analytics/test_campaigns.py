"""What came of campaigns of replies, computed by hand over a warehouse synced from a sandbox."""

import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from intercom_pipeline.analytics.models import models
from intercom_pipeline.sandbox import Options, Sandbox, Sizes, serve
from intercom_pipeline.sync.catalog import every_table
from intercom_pipeline.sync.privacy import policies
from intercom_pipeline.warehouse.errors import WarehouseBusy, WarehouseMissing, WarehouseTooNew
from intercom_pipeline.warehouse.files import DataFolder, only_sync
from intercom_pipeline.warehouse.models import Model
from intercom_pipeline.warehouse.people.purge import Whom, finding, purge
from intercom_pipeline.warehouse.reading import open_published, tables
from intercom_pipeline.warehouse.reply_log import COLUMNS, LoggedReply, Stored, store
from tests.syncing import select, sync

HOUR, DAY = 3600, 86_400
NONE = Sizes(
    **dict.fromkeys(("conversations", "articles", "companies", "tickets", "calls", "activity_logs"), 0),
    long_conversations=0,
    contacts=3,
)


@dataclass(slots=True)
class Scene:
    """A workspace five days ago, in which replies are sent as a ledger would note them."""

    sandbox: Sandbox
    began: float
    log: list[LoggedReply] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def workspace(self) -> Any:
        return self.sandbox.workspace

    def at(self, seconds: float) -> None:
        self.workspace.clock.freeze(self.began + seconds)

    def opened(self, name: str) -> str:
        self.ids[name] = self.workspace.create_conversation(contact_id=self.contact)["id"]
        return self.ids[name]

    @property
    def contact(self) -> str:
        return str(self.workspace.records("contacts")[0]["id"])

    def sends(self, name: str, *, message_type: str = "comment", campaign: str = "outage") -> None:
        """Send a reply and log it."""
        conversation = self.workspace.reply(self.ids[name], message_type=message_type)
        part = conversation["conversation_parts"]["conversation_parts"][-1]["id"]
        self.logs(name, "sent", message_type=message_type, campaign=campaign, part_id=part)

    def answers(self, name: str) -> None:
        self.workspace.reply(self.ids[name], contact_id=self.contact)

    def logs(self, name: str, outcome: str, **values: Any) -> None:
        # By a clock that is a minute off: what is known by Intercom's must not depend on it.
        now = datetime.fromtimestamp(self.workspace.clock.now(), UTC) - timedelta(minutes=1)
        self.log.append(replace(entry(self.ids[name], now), outcome=outcome, **values))


def entry(conversation_id: str, at: datetime) -> LoggedReply:
    return LoggedReply(
        ledger_id="ledger-1",
        workspace_id="",
        campaign="outage",
        conversation_id=conversation_id,
        step="reply",
        outcome="sent",
        message_type="comment",
        admin_id="1",
        plan_id="a" * 64,
        run_id="run",
        applied_by="ada@host",
        intended_at=at,
        settled_at=at,
        attempts=1,
        part_id=None,
        request_id=None,
        body_sha256="b" * 64,
        reason=None,
    )


def rated(scene: Scene, name: str, rating: int) -> None:
    now = scene.workspace.clock.seconds()
    scene.workspace.update_conversation(
        scene.ids[name], conversation_rating={"rating": rating, "created_at": now, "updated_at": now}
    )


def play(scene: Scene) -> None:
    """A campaign, and what customers and teammates do about it."""
    for name in (
        "soon",
        "late",
        "never",
        "note",
        "second",
        "before",
        "gone",
        "fresh",
        "failed",
        "stale",
        "held",
    ):
        scene.opened(name)
    scene.at(0)
    rated(scene, "never", 1)
    scene.workspace.close(scene.ids["late"])
    scene.at(HOUR)
    for name in ("soon", "late", "never", "gone"):
        scene.sends(name)
    scene.sends("note", message_type="note", campaign="internal")
    # All within one second.
    scene.sends("second")
    scene.answers("second")
    scene.answers("before")
    scene.sends("before")
    for name in ("failed", "stale", "held"):
        scene.logs(name, name, reason="Why.")
    scene.at(HOUR + 5400)
    for name in ("soon", "note", "gone"):
        scene.answers(name)
    scene.workspace.reply(scene.ids["never"], message_type="note")
    scene.workspace.reply(scene.ids["never"])
    scene.at(2 * DAY)
    rated(scene, "soon", 5)
    rated(scene, "second", 2)
    scene.answers("late")
    scene.at(5 * DAY - HOUR)
    scene.sends("fresh")


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    began = int(time.time()) - 5 * DAY
    with serve(sizes=NONE, options=Options(limit_per_minute=6_000_000, now=began - DAY), seed=3) as sandbox:
        made = Scene(sandbox, began)
        made.at(-HOUR)
        play(made)
        sandbox.workspace.clock.set(time.time())
        yield made


@pytest.fixture(scope="module")
def synced(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the conversations and no log; to be copied."""
    folder = tmp_path_factory.mktemp("synced") / "data"
    sync(scene.sandbox, folder, "conversations", "contacts")
    scene.workspace.delete_conversation(scene.ids["gone"])
    sync(scene.sandbox, folder, "conversations", sweep=True, allow_many=True)
    return folder


def log_of(scene: Scene) -> list[LoggedReply]:
    workspace = scene.workspace.app()["id_code"]
    return [replace(each, workspace_id=workspace) for each in scene.log]


def stored(folder: Path, log: Sequence[LoggedReply]) -> Stored:
    return store(DataFolder(folder), "ledger-1", log, models())


@pytest.fixture(scope="module")
def logged(scene: Scene, synced: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with the log and the models; for reading only."""
    folder = shutil.copytree(synced, tmp_path_factory.mktemp("logged") / "data")
    assert stored(folder, log_of(scene)) == Stored(rows=11, not_made={})
    return folder


@pytest.fixture
def folder(synced: Path, tmp_path: Path) -> Path:
    """A data folder of one's own."""
    return shutil.copytree(synced, tmp_path / "data")


REPLIES = """
SELECT conversation_id, outcome, epoch(sent_at)::BIGINT, answered_within_a_day, first_answer_seconds,
    reopened, rating
FROM analytics.campaign_replies
"""


def test_each_reply_says_what_came_of_it(scene: Scene, logged: Path) -> None:
    """Answers, reopenings and ratings that came after it, and nothing where it is not known."""
    found = {row[0]: row[1:] for row in select(logged, REPLIES)}
    sent = int(scene.began) + HOUR
    assert found == {
        scene.ids[name]: values
        for name, values in {
            "soon": ("sent", sent, True, 5400, False, 5),
            "late": ("sent", sent, False, 2 * DAY - HOUR, True, None),
            "never": ("sent", sent, False, None, False, None),
            "note": ("sent", sent, None, None, False, None),
            "second": ("sent", sent, True, 0, False, 2),
            "before": ("sent", sent, False, None, False, None),
            # It was deleted: what was said in it does not count any more.
            "gone": ("sent", sent, None, None, None, None),
            "fresh": ("sent", sent + 5 * DAY - 2 * HOUR, None, None, False, None),
            "failed": ("failed", None, None, None, None, None),
            "stale": ("stale", None, None, None, None, None),
            "held": ("held", None, None, None, None, None),
        }.items()
    }


def test_each_campaign_is_summed_up(scene: Scene, logged: Path) -> None:
    """Shares are taken over the replies whose day is over."""
    [outage] = select(
        logged,
        "SELECT * EXCLUDE (campaign, first_sent_at, last_sent_at) FROM analytics.campaign_results "
        "WHERE campaign = 'outage'",
    )
    # replies, sent, failed, stale, unknown, held, being sent, answered; known, within a day, share, median;
    # reopened, rated, rating
    assert outage == (10, 7, 1, 1, 0, 1, 0, 3, 5, 2, 0.4, 5400, 1, 2, 3.5)
    [internal] = select(
        logged,
        "SELECT replies, sent, answer_known, answered_share, average_rating FROM analytics.campaign_results "
        "WHERE campaign = 'internal'",
    )
    assert internal == (1, 1, 0, None, None)
    times = (
        "SELECT epoch(first_sent_at), epoch(last_sent_at) FROM analytics.campaign_results ORDER BY campaign"
    )
    sent = int(scene.began) + HOUR
    assert select(logged, times) == [(sent, sent), (sent, sent + 5 * DAY - 2 * HOUR)]


def test_what_follows_a_reply_stands_beside_it(scene: Scene, folder: Path) -> None:
    """It is no reply of its own."""
    reply = log_of(scene)[0]
    then = replace(reply, step="then", message_type="close", outcome="failed", part_id=None)
    stored(folder, [reply, then])
    rows = select(folder, "SELECT outcome, then_action, then_outcome FROM analytics.campaign_replies")
    assert rows == [("sent", "close", "failed")]


def test_the_log_holds_what_the_ledger_knows(scene: Scene, folder: Path) -> None:
    """Every value as it was; what changed in the ledger changes, what left it leaves."""
    first, second, *_ = log_of(scene)
    stored(folder, [first, second])
    changed = replace(second, outcome="unknown", settled_at=None, attempts=2, reason="No answer.")
    assert stored(folder, [changed]).rows == 1
    names = [column.name for column in COLUMNS]
    [row] = select(folder, f"SELECT {', '.join(names)} FROM pipeline.reply_log")
    assert dict(zip(names, row, strict=True)) == {name: getattr(changed, name) for name in names}


def test_another_ledger_takes_nothing_away(scene: Scene, folder: Path) -> None:
    """A ledger that was lost can tell nothing any more: its rows stay."""
    first, second, *_ = log_of(scene)
    stored(folder, [first])
    store(DataFolder(folder), "ledger-2", [replace(second, ledger_id="ledger-2")], models())
    assert select(folder, "SELECT ledger_id FROM pipeline.reply_log ORDER BY 1") == [
        ("ledger-1",),
        ("ledger-2",),
    ]


def test_another_workspace_is_left_out(scene: Scene, folder: Path) -> None:
    """A ledger may serve several workspaces, a warehouse serves one."""
    ours, theirs, *_ = log_of(scene)
    assert stored(folder, [ours, replace(theirs, workspace_id="other")]).rows == 1


def test_many_rows_are_stored_at_once(scene: Scene, folder: Path) -> None:
    """More than are written at a time, and the readers' file has them all."""
    [one, *_] = log_of(scene)
    rows = [replace(one, conversation_id=str(number)) for number in range(25_000)]
    assert stored(folder, rows).rows == 25_000
    assert select(folder, "SELECT count(DISTINCT conversation_id) FROM pipeline.reply_log") == [(25_000,)]


def test_everything_says_what_it_is(logged: Path) -> None:
    """The log and the models have comments and a grain, each of their columns too."""
    with open_published(DataFolder(logged)) as connection:
        ours = [each for each in tables(connection) if each.schema == "analytics" or each.name == "reply_log"]
    assert {each.address for each in ours} == {
        "pipeline.reply_log",
        *(f"analytics.{model.name}" for model in models()),
    }
    assert all(each.description and each.grain for each in ours)
    assert [column.name for each in ours for column in each.columns if not column.description] == []


def test_the_next_sync_keeps_them_and_brings_them_up_to_date(scene: Scene, folder: Path) -> None:
    """What customers write later shows without the log being stored again; of the day, once it is over."""
    stored(folder, log_of(scene))
    scene.workspace.clock.set(time.time())
    scene.workspace.open(scene.ids["fresh"])
    scene.answers("fresh")
    sync(scene.sandbox, folder, "conversations")
    where = f"WHERE conversation_id = '{scene.ids['fresh']}'"
    asked = "SELECT answered_within_a_day, first_answer_seconds >= 0, reopened"
    [row] = select(folder, f"{asked} FROM analytics.campaign_replies {where}")
    assert row == (None, True, True)
    assert select(folder, "SELECT count(*) FROM pipeline.reply_log") == [(11,)]


def test_a_policy_that_hides_who_wrote_leaves_answers_unknown(
    scene: Scene, synced: Path, tmp_path: Path
) -> None:
    """No answer is not taken for none; the sync that rewrites the file keeps log and models."""
    folder = shutil.copytree(synced, tmp_path / "hidden")
    stored(folder, log_of(scene))
    hiding = policies("open", ["conversation_parts.author_type=drop"])
    sync(scene.sandbox, folder, "conversations", privacy=hiding)
    [row] = select(
        folder,
        "SELECT sent, answer_known, answered_within_a_day, reopened FROM analytics.campaign_results "
        "WHERE campaign = 'outage'",
    )
    # Of one reply nothing followed; that others were opened again is said by another column.
    assert row[:3] == (7, 1, 0)
    assert row[3] >= 1


def test_a_purge_leaves_log_and_models(scene: Scene, folder: Path) -> None:
    """Who was purged has written nothing any more; ids and hashes stay."""
    stored(folder, log_of(scene))
    whom = Whom(ids=[scene.contact])
    with finding(DataFolder(folder), every_table(()), policies("open", []), whom) as found:
        purge(found)
    assert select(folder, "SELECT count(*) FROM pipeline.reply_log") == [(11,)]
    assert select(folder, "SELECT sent FROM analytics.campaign_results ORDER BY campaign") == [(1,), (7,)]


def test_a_model_without_its_tables_is_not_made(scene: Scene, folder: Path) -> None:
    """Its name and the reason are told; no view stays that cannot be read, and the others are made."""
    stored(folder, log_of(scene))
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute("DROP TABLE main.conversation_parts")
    fine = Model(name="fine", sql="CREATE OR REPLACE VIEW analytics.fine AS SELECT 1 AS one")
    outcome = store(DataFolder(folder), "ledger-1", log_of(scene), (*models(), fine))
    assert outcome.rows == 11
    assert set(outcome.not_made) == {"campaign_replies", "campaign_results"}
    assert "conversation_parts" in outcome.not_made["campaign_replies"]
    views = select(folder, "SELECT view_name FROM duckdb_views() WHERE schema_name = 'analytics'")
    assert views == [("fine",)]


def test_without_a_warehouse_it_says_so(scene: Scene, tmp_path: Path) -> None:
    """Nothing is made, and the ledger alone knows."""
    with pytest.raises(WarehouseMissing, match="replies log"):
        stored(tmp_path / "none", log_of(scene))
    assert not (tmp_path / "none").exists()


def test_it_waits_for_no_sync(scene: Scene, folder: Path) -> None:
    """While one runs, the log stays as it was."""
    with only_sync(DataFolder(folder)), pytest.raises(WarehouseBusy):
        stored(folder, log_of(scene))


def test_the_database_of_a_later_release_is_left_alone(scene: Scene, folder: Path) -> None:
    """As by a sync."""
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute("UPDATE pipeline.about SET value = '99' WHERE key = 'schema_version'")
    with pytest.raises(WarehouseTooNew):
        stored(folder, log_of(scene))
