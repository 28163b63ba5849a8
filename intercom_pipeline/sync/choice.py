"""Which streams a run works on, and which of them somebody asked for."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from intercom_pipeline.errors import PipelineError
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


def choose(options: Options, *, names: Collection[str] = (), also: Collection[str] = ()) -> Choice:
    """The streams that are named, or else those that a run syncs by itself and the `also` of the settings.

    Whatever is named, here or by a setting, is asked for: that it cannot be had is a failure then. Where no
    stream is named, those are left out for which the run's work cannot be done.

    Raises:
        UnknownStream: A name, one of `also` or one of the history's is none of a stream.
        NothingNamed: A stream is named whose setting is empty.
        PipelineError: The run's work cannot be done for a stream that is named.
    """
    _check("INTERCOM_HISTORY", options.history)
    _check("INTERCOM_ALSO_SYNC", also)
    if names:
        chosen = [stream_named(name) for name in dict.fromkeys(names)]
        _check_work(chosen, options)
        return Choice(streams=chosen, options=replace(options, asked=frozenset(names)))
    wanted = frozenset(_enabled(options, also))
    by_itself = [stream for stream in CATALOG if is_default(stream) or stream.name in wanted]
    possible = [stream for stream in by_itself if refused_work(stream, options.work) is None]
    _check_work([stream for stream in possible if stream.name in wanted], options)
    return Choice(streams=possible, options=replace(options, asked=wanted))


def is_default(stream: Stream) -> bool:
    """Whether a run that names no streams syncs it, whatever the settings."""
    return stream.need is not Need.ON_REQUEST


def _enabled(options: Options, also: Collection[str]) -> Iterator[str]:
    """The names of the streams that the settings ask for."""
    for stream in CATALOG:
        if stream.name in also or _named_by(stream, options):
            yield stream.name


def _named_by(stream: Stream, options: Options) -> Sequence[str]:
    """The names in a setting that a stream is asked for by; none where it needs no such setting."""
    setting = stream.parent.setting if stream.parent else ""
    return getattr(options, setting) if setting else ()


def _check(setting: str, names: Collection[str]) -> None:
    for name in sorted(names):
        try:
            stream_named(name)
        except UnknownStream as unknown:
            raise UnknownStream(f"{setting}: {unknown.what}", why=unknown.why, fix=unknown.fix) from None


def _check_work(streams: Sequence[Stream], options: Options) -> None:
    for stream in streams:
        refused = refused_work(stream, options.work)
        if refused:
            raise refused
        setting = stream.parent.setting if stream.parent else ""
        if setting and not _named_by(stream, options):
            raise NothingNamed(
                f"{stream.name} is asked for by name, and no name is set.",
                why=f"INTERCOM_{setting.upper()} is empty.",
                fix=f"Set INTERCOM_{setting.upper()} in the environment or in the file .env; "
                ".env.example explains it.",
            )
