"""All checks, in the order in which one depends on another; each is told as soon as it is made."""

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from intercom_pipeline.auth.listener import PORT as CALLBACK_PORT
from intercom_pipeline.doctor import asking, database, folder, machine, tokens, workspace
from intercom_pipeline.doctor.asking import Told
from intercom_pipeline.doctor.check import (
    Check,
    Finding,
    State,
    attempt,
    checked,
    ok,
    skipped,
    warning,
)
from intercom_pipeline.settings import Settings, Sourced, load_settings, misspelt, sources
from intercom_pipeline.settings.sources import DOTENV
from intercom_pipeline.sync.catalog import CATALOG
from intercom_pipeline.sync.choice import Choice, choose
from intercom_pipeline.sync.stream import Need

_ANOTHER_PORT = "Nothing, where Dagster itself has it; otherwise intercom-pipeline dev --port 3333."
_ANOTHER_CALLBACK = "Log in with --port 8977, and add its redirect URL in the Developer Hub."


@dataclass(frozen=True, kw_only=True, slots=True)
class _Case:
    """What the settings say, and where they come from."""

    settings: Settings
    given: Mapping[str, Sourced]
    environment: Mapping[str, str] = field(repr=False)
    dotenv: Path


def examine(
    options: Mapping[str, str | None],
    *,
    offline: bool = False,
    environment: Mapping[str, str] | None = None,
    dotenv: Path = DOTENV,
    seconds: float = asking.PATIENCE_SECONDS,
) -> Iterator[Check]:
    """Look at everything that a sync depends on. Nothing is changed; what goes wrong is told, not raised.

    Args:
        options: Options of the command, as the variables they go before.
        offline: Whether Intercom is left alone.
        environment: The environment; by default the process's.
        dotenv: The settings file.
        seconds: How long Intercom's answers may take in all.
    """
    around = os.environ if environment is None else environment
    yield from _python()
    case = attempt(partial(_read, options, around, dotenv))
    if isinstance(case, Finding):
        yield Check(name="settings", finding=case)
        yield Check(name="everything else", finding=skipped("the settings cannot be read"))
        return
    yield checked("settings", partial(_settings, case))
    token = checked("token", partial(tokens.token, case.settings, case.given))
    yield token
    yield from _secrets(case)
    told = _told(case, token.finding, offline=offline, seconds=seconds)
    yield from _intercom(case, told)
    yield from _stored(case, attempt(partial(_workspace, case, told)))
    yield from _machine(case)


def _python() -> Iterator[Check]:
    yield checked("python", machine.python)
    yield checked("packages", machine.packages)


def _read(options: Mapping[str, str | None], environment: Mapping[str, str], dotenv: Path) -> _Case:
    return _Case(
        settings=load_settings(environment, dotenv, options),
        given=sources(environment, dotenv, options),
        environment=environment,
        dotenv=dotenv,
    )


def _settings(case: _Case) -> Finding:
    """Whether each name is one of a setting, and the streams that are named are some."""
    wrong = misspelt([each.name for each in fields(Settings)], case.environment, case.dotenv)
    _choice(case)
    if wrong:
        said = ", ".join(f"{name} (did you mean {meant}?)" for name, meant in wrong.items())
        return warning(f"no setting: {said}", "Correct the name; .env.example lists all.")
    return ok(f"{len(case.given)} given; intercom-pipeline config show tells each")


def _choice(case: _Case) -> Choice:
    settings = case.settings
    return choose(settings.options("doctor"), also=settings.also_sync, version=settings.api_version)


def _secrets(case: _Case) -> Iterator[Check]:
    yield checked("stored tokens", partial(tokens.stored, case.settings))
    yield checked(".env", partial(tokens.dotenv, case.dotenv))


def _told(case: _Case, token: Finding, *, offline: bool, seconds: float) -> Told | Finding:
    """What Intercom says, or why it says nothing."""
    if offline:
        return skipped("not asked: --offline")
    if token.state is State.FAILED:
        return skipped("not asked: there is no token that can be used")
    return attempt(lambda: asking.ask(case.settings.connection(), CATALOG, seconds=seconds))


def _intercom(case: _Case, told: Told | Finding) -> Iterator[Check]:
    if isinstance(told, Finding):
        yield Check(name="workspace", finding=told)
        # Nobody asked, or what came of asking is told already.
        why = told.found if told.state is State.SKIPPED else "not known: see workspace"
        for name in ("region", "clock", "permissions"):
            yield Check(name=name, finding=skipped(why))
        return
    yield checked("workspace", partial(workspace.whose, told.identity))
    yield checked("region", lambda: workspace.region(told.identity, case.settings.access(), case.settings))
    yield checked("clock", partial(workspace.clock, told.dated))
    if told.permissions is None:
        fix = "Run it again later; or look at the network."
        yield Check(name="permissions", finding=warning("Intercom did not answer in time", fix))
    else:
        yield from workspace.may_read(told.permissions, _needed(case))


def _needed(case: _Case) -> Collection[str]:
    """The streams without which a sync fails: every workspace has them, or somebody asks for them."""
    always = {stream.name for stream in CATALOG if stream.need is Need.ALWAYS}
    choice = attempt(partial(_choice, case))
    return always if isinstance(choice, Finding) else always | choice.options.asked


def _workspace(case: _Case, told: Told | Finding) -> str | None:
    """The workspace that the token opens, as Intercom says, or as was stored with the token."""
    if isinstance(told, Told):
        return told.identity.workspace_id
    profile = case.settings.access().profile
    return profile.workspace_id if profile else None


def _stored(case: _Case, opens: str | Finding | None) -> Iterator[Check]:
    data = case.settings.folder()
    yield checked("data folder", partial(folder.data_folder, data))
    yield checked("disk", partial(folder.disk, data))
    yield checked("file modes", partial(folder.modes, data))
    yield checked("git", partial(folder.ignored, data, case.dotenv))
    yield checked("lock", partial(folder.lock, data))
    facts = attempt(partial(database.facts_of, data))
    if isinstance(facts, Finding):
        yield Check(name="database", finding=facts)
    else:
        its_token = opens if isinstance(opens, str) else None
        yield checked("database", partial(database.opens, facts))
        yield checked("release", partial(database.release, facts))
        yield checked("database's workspace", partial(database.workspace, facts, its_token))
    yield checked("last sync", partial(database.last_sync, data, datetime.now(UTC)))


def _machine(case: _Case) -> Iterator[Check]:
    data = case.settings.folder().path
    yield checked("Dagster's home", partial(machine.dagster_home, case.environment, data))
    yield checked("Dagster's port", partial(machine.dagster_port, machine.DAGSTER_PORT, _ANOTHER_PORT))
    yield checked("login's port", partial(machine.login_port, CALLBACK_PORT, _ANOTHER_CALLBACK))
