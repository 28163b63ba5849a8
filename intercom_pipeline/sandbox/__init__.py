"""A pretend Intercom workspace served over HTTP, to learn with and to test against.

with serve(sizes=Sizes(contacts=1_000), seed=7) as sandbox:
    ...  # sandbox.url, sandbox.token, sandbox.workspace, sandbox.requests
"""

from intercom_pipeline.sandbox.app import create_app
from intercom_pipeline.sandbox.clock import Clock
from intercom_pipeline.sandbox.faults import CutAt, Fault, FaultKind, Faults
from intercom_pipeline.sandbox.options import NEWEST_VERSION, VERSIONS, Options, Sizes
from intercom_pipeline.sandbox.request_log import Request, RequestLog
from intercom_pipeline.sandbox.server import Sandbox, serve, serve_forever
from intercom_pipeline.sandbox.workspace import Workspace

__all__ = [
    "NEWEST_VERSION",
    "VERSIONS",
    "Clock",
    "CutAt",
    "Fault",
    "FaultKind",
    "Faults",
    "Options",
    "Request",
    "RequestLog",
    "Sandbox",
    "Sizes",
    "Workspace",
    "create_app",
    "serve",
    "serve_forever",
]
