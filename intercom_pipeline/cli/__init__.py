"""The command `intercom-pipeline`: a module a group of verbs, each importing what is heavy when it acts."""

from intercom_pipeline.cli.main import main

__all__ = ["main"]
