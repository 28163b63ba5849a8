"""What can go wrong with a plan before anything is sent.

InputRefused             whom to answer, or what to say, cannot be used (AudienceRefused, TemplateRefused,
                         BodiesRefused beside what they refuse): correct the input
PlanRefused              it cannot be made or applied as it is: change what was asked for
├── PlanEmpty                nothing of it is left to send
└── PlanFileRefused          its file is not what was written, or there is none
PlanFileUnwritable       its file cannot be written
"""

from intercom_pipeline.errors import PipelineError


class InputRefused(PipelineError):
    """Whom to answer or what to say cannot be used; nothing was planned."""


class PlanRefused(PipelineError):
    """A plan cannot be made or applied as it is; nothing was sent."""


class PlanEmpty(PlanRefused):
    """Of all that was asked for nothing is left to send."""


class PlanFileRefused(PlanRefused):
    """A plan's file is missing, damaged, changed, or of another release."""


class PlanFileUnwritable(PipelineError):
    """A plan's file cannot be written."""
