"""Which streams a run works on: those named, or those that come by themselves or by a setting."""

from dataclasses import replace

import pytest

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.sync.catalog import UnknownStream, stream_named
from intercom_pipeline.sync.choice import Choice, NothingNamed, choose
from intercom_pipeline.sync.options import Options
from intercom_pipeline.sync.plan import Bounds
from intercom_pipeline.sync.reading import CannotBeBounded, NothingToSweep
from intercom_pipeline.sync.stream import Need, Parent

COSTLY = replace(stream_named("segments"), need=Need.ON_REQUEST)
NAMED = replace(stream_named("tags"), need=Need.ON_REQUEST, parent=Parent(setting="custom_objects"))
STREAMS = (stream_named("contacts"), stream_named("articles"), stream_named("admins"), COSTLY, NAMED)
OPTIONS = Options(run_id="choosing")


def names(choice: Choice) -> list[str]:
    return [stream.name for stream in choice.streams]


def test_a_run_without_names_leaves_out_what_is_on_request() -> None:
    """Nothing of it was asked for."""
    choice = choose(OPTIONS, catalog=STREAMS)
    assert names(choice) == ["contacts", "articles", "admins"]
    assert choice.options.asked == frozenset()


def test_a_setting_asks_for_a_stream_on_request() -> None:
    """By its name, or by the names that it is asked for by."""
    choice = choose(replace(OPTIONS, custom_objects=("Order",)), also=["segments"], catalog=STREAMS)
    assert names(choice) == ["contacts", "articles", "admins", "segments", "tags"]
    assert choice.options.asked == {"segments", "tags"}


def test_named_streams_are_asked_for_each_once() -> None:
    """In the order in which they are named; settings add none."""
    choice = choose(OPTIONS, names=["segments", "contacts", "segments"], also=["tags"], catalog=STREAMS)
    assert names(choice) == ["segments", "contacts"]
    assert choice.options.asked == {"segments", "contacts"}


@pytest.mark.parametrize(
    ("options", "left"),
    [
        (replace(OPTIONS, bounds=Bounds(since=1)), ["contacts"]),
        (replace(OPTIONS, sweep=True), ["articles"]),
    ],
    ids=["backfill", "sweep"],
)
def test_without_names_other_work_leaves_out_what_it_cannot_be_done_for(
    options: Options, left: list[str]
) -> None:
    """A stream that is read whole has no part, and nothing to sweep."""
    streams = tuple(replace(each, single="") for each in STREAMS)
    assert names(choose(options, catalog=streams)) == left


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (replace(OPTIONS, bounds=Bounds(since=1)), CannotBeBounded),
        (replace(OPTIONS, sweep=True), NothingToSweep),
    ],
    ids=["backfill", "sweep"],
)
def test_a_named_stream_is_refused_where_the_work_cannot_be_done(
    options: Options, error: type[PipelineError]
) -> None:
    """Before anything starts."""
    with pytest.raises(error, match="admins"):
        choose(options, names=["contacts", "admins"], catalog=STREAMS)


def test_a_stream_that_needs_names_is_refused_without() -> None:
    """The message says which setting holds them."""
    with pytest.raises(NothingNamed) as told:
        choose(OPTIONS, names=["tags"], catalog=STREAMS)
    assert told.value.why == "INTERCOM_CUSTOM_OBJECTS is empty."


def test_a_setting_that_names_no_stream_is_refused() -> None:
    """The message names the setting and the streams like it."""
    with pytest.raises(UnknownStream, match=r"INTERCOM_ALSO_SYNC.*'contatcs'"):
        choose(OPTIONS, also=["contatcs"])
    with pytest.raises(UnknownStream, match="INTERCOM_HISTORY"):
        choose(replace(OPTIONS, history=frozenset({"contact"})), names=["contacts"])
