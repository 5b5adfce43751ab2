"""Operations on releases and channels. Doors and what serves agents come in here."""

from releases.services.approving import is_approved, may_go, say
from releases.services.channels import create_channel, follow
from releases.services.moving import move, promote, roll_back
from releases.services.planning import PUBLISHING, PublishPlan, plan_publish
from releases.services.publishing import Published, publish
from releases.services.reaching import Reach, reach
from releases.services.reading import (
    channel_named,
    compare,
    document_of,
    latest,
    release_numbered,
    working_copy,
)
from releases.services.refusals import MoveRefused, PublishRefused, Refused, RestoreRefused
from releases.services.restore_plan import RESTORING, RestorePlan
from releases.services.restoring import RestoreResult, restore

__all__ = [
    "MoveRefused",
    "PUBLISHING",
    "PublishPlan",
    "PublishRefused",
    "Published",
    "RESTORING",
    "Reach",
    "Refused",
    "RestorePlan",
    "RestoreRefused",
    "RestoreResult",
    "channel_named",
    "compare",
    "create_channel",
    "document_of",
    "follow",
    "is_approved",
    "latest",
    "may_go",
    "move",
    "plan_publish",
    "promote",
    "publish",
    "reach",
    "release_numbered",
    "restore",
    "roll_back",
    "say",
    "working_copy",
]
