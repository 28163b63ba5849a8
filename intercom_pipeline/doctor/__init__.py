"""What stands in the way of a sync, looked for one thing at a time; each finding says what to do."""

from intercom_pipeline.doctor.check import Check, Finding, State
from intercom_pipeline.doctor.examination import examine

__all__ = ["Check", "Finding", "State", "examine"]
