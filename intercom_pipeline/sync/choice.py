"""Which streams a run works on, and which of them somebody asked for."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from intercom_pipeline.errors import PipelineError
from intercom_pipeline.intercom.versions import APP
from intercom_pipeline.sync.access import refused_by_version
from intercom_pipeline.sync.catalog import CATALOG, UnknownStream, stream_named
from intercom_pipeline.sync.options import Options
from intercom_pipeline.sync.reading import refused_work
from intercom_pipeline.sync.stream import Need, Stream


class NothingNamed(PipelineError):
    """A stream is asked for by names that a setting holds, and it holds none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What a run works on.

    Attributes:
        streams: The streams, each once.
        options: The run's options, with the streams that were asked for.
    """

    streams: Sequence[Stream]
    options: Options


def choose(
    options: Options,
    *,
    names: Collection[str] = (),
    also: Collection[str] = (),
    version: str = APP,
    catalog: Sequence[Stream] = CATALOG,
) -> Choice:
    """The streams that are named, or else those that a run syncs by itself and the `also` of the settings.

    Whatever is named, here or by a setting, is asked for: that it cannot be had is a failure then. Where no
    stream is named, those are left out for which the run's work cannot be done.

    Raises:
        UnknownStream: A name, one of `also` or one of the history's is none of a stream.
        LaterVersionNeeded: A stream is asked for that the API version does not have.
        NothingNamed: A stream is asked for whose setting is empty.
        PipelineError: The run's work cannot be done for a stream that is named.
    """
    _look_up("INTERCOM_HISTORY", options.history, catalog)
    wanted = {stream.name for stream in _look_up("INTERCOM_ALSO_SYNC", also, catalog)}
    wanted |= {stream.name for stream in catalog if _named_by(stream, options)}
    if names:
        chosen = _streams(dict.fromkeys(names), catalog)
        asked = frozenset(names)
    else:
        by_itself = [stream for stream in catalog if is_default(stream) or stream.name in wanted]
        chosen = [stream for stream in by_itself if refused_work(stream, options.work) is None]
        asked = frozenset(wanted)
    _check([stream for stream in chosen if stream.name in asked], options, version)
    return Choice(streams=chosen, options=replace(options, asked=asked))


def is_default(stream: Stream) -> bool:
    """Whether a run that names no streams syncs it, whatever the settings."""
    return stream.need is not Need.ON_REQUEST


def _streams(names: Iterable[str], catalog: Sequence[Stream]) -> list[Stream]:
    """The streams of those names, in their order."""
    known = {stream.name: stream for stream in catalog}
    return [known.get(name) or stream_named(name) for name in names]


def _look_up(setting: str, names: Collection[str], catalog: Sequence[Stream]) -> list[Stream]:
    """The streams that a setting names; an error names the setting."""
    try:
        return _streams(sorted(names), catalog)
    except UnknownStream as unknown:
        raise UnknownStream(f"{setting}: {unknown.what}", why=unknown.why, fix=unknown.fix) from None


def _named_by(stream: Stream, options: Options) -> Sequence[str]:
    """The names in a setting that a stream is asked for by; none where it needs no such setting."""
    setting = stream.parent.setting if stream.parent else ""
    return getattr(options, setting) if setting else ()


def _check(asked: Sequence[Stream], options: Options, version: str) -> None:
    for stream in asked:
        refused = refused_work(stream, options.work) or refused_by_version(stream, version)
        if refused:
            raise refused
        setting = stream.parent.setting if stream.parent else ""
        if setting and not _named_by(stream, options):
            raise NothingNamed(
                f"{stream.name} is asked for by name, and no name is set.",
                why=f"INTERCOM_{setting.upper()} is empty.",
                fix="Set it in the environment or in the file .env; .env.example explains it.",
            )
