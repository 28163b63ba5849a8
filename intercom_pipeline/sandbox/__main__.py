"""`python -m intercom_pipeline.sandbox`: serve a workspace until interrupted.

When it is ready it prints one line of JSON, `{"url": …, "token": …, "client_id": …, "client_secret": …}`.
"""

import argparse
import sys
from contextlib import suppress
from dataclasses import fields

import msgspec

from intercom_pipeline.sandbox.options import VERSIONS, Options, Sizes
from intercom_pipeline.sandbox.server import Sandbox, serve_forever


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m intercom_pipeline.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="loopback port; a free one by default")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same workspace")
    for size in fields(Sizes):
        parser.add_argument(f"--{size.name.replace('_', '-')}", type=int, default=size.default)
    parser.add_argument("--latency-ms", type=float, default=0, help="milliseconds each answer is held back")
    parser.add_argument("--limit-per-minute", type=int, default=10_000)
    parser.add_argument("--api-version", choices=VERSIONS, default="2.14", help="the pinned version")
    parser.add_argument("--timezone", default="America/New_York", help="the workspace's time zone")
    parser.add_argument("--region", default="US")
    parser.add_argument("--token", default=Options().token)
    parser.add_argument("--now", type=float, help="unix seconds at which the clock stands still")
    parser.add_argument("--searchable-after-seconds", type=float, default=0)
    parser.add_argument("--warm", action="store_true", help="make every record before the first request")
    return parser


def _announce(sandbox: Sandbox) -> None:
    app = {"client_id": sandbox.oauth.client_id, "client_secret": sandbox.oauth.client_secret}
    line = msgspec.json.encode({"url": sandbox.url, "token": sandbox.token, **app})
    sys.stdout.write(line.decode() + "\n")
    sys.stdout.flush()


def main() -> None:
    """Read the command line and serve."""
    parser = _parser()
    given = parser.parse_args()
    try:
        sizes = Sizes(**{size.name: getattr(given, size.name) for size in fields(Sizes)})
    except ValueError as error:
        parser.error(str(error))
    options = Options(
        api_timezone=given.timezone,
        region=given.region,
        limit_per_minute=given.limit_per_minute,
        latency_ms=given.latency_ms,
        pinned_version=given.api_version,
        token=given.token,
        searchable_after_seconds=given.searchable_after_seconds,
        now=given.now,
        warm=given.warm,
    )
    with suppress(KeyboardInterrupt):
        serve_forever(ready=_announce, sizes=sizes, options=options, seed=given.seed, port=given.port)


if __name__ == "__main__":
    main()
