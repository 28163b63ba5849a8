"""Ask the published file a query that somebody else wrote, held to its bounds whatever it does."""

import os
import subprocess
import sys

import msgspec

from intercom_pipeline.warehouse import guarded
from intercom_pipeline.warehouse.asking import QueryFailed
from intercom_pipeline.warehouse.excerpts import Bounds, Excerpt
from intercom_pipeline.warehouse.files import DataFolder
from intercom_pipeline.warehouse.guarded import Question, Told
from intercom_pipeline.warehouse.reading import published

_SPARE_SECONDS = 3.0
"""For starting the process and for ending a query that can be interrupted."""


def ask_apart(folder: DataFolder, sql: str, bounds: Bounds | None = None) -> Excerpt:
    """Run one statement that reads in a process that can reach nothing but the published file.

    The process has no environment, so it knows no token; it ends with the answer, or is ended.

    Raises:
        QueryFailed: The statement does more than read, DuckDB refuses it, or it takes too long or too much.
        WarehouseMissing: Nothing was published yet.
    """
    bounds = bounds or Bounds()
    question = Question(database=str(published(folder)), sql=sql, bounds=bounds)
    told = _told(_run(question))
    if told.excerpt is None:
        what, why, fix = told.refused or ("The query was not answered.", "", "")
        raise QueryFailed(what, why=why, fix=fix)
    return told.excerpt


def _run(question: Question) -> bytes:
    try:
        ended = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-m", guarded.__name__],
            input=msgspec.json.encode(question),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            timeout=question.bounds.seconds + _SPARE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise guarded.too_long(question.bounds) from None
    return ended.stdout


def _told(answer: bytes) -> Told:
    try:
        return msgspec.json.decode(answer, type=Told)
    except msgspec.DecodeError:
        # It died without a word: what the system kills a process for is memory.
        raise guarded.too_much() from None
