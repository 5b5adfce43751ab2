"""Operations on releases and channels. Doors and what serves agents come in here."""

from releases.services.action_words import action_words, action_words_of
from releases.services.approving import approvals_needed, is_approved, makers, may_go, say
from releases.services.channels import create_channel, follow, follow_all, follow_objection, followed
from releases.services.guarding import (
    approval_required,
    needs_approval,
    relax_approval,
    require_approval,
    store_setting,
    take_turn,
)
from releases.services.identities import published_name
from releases.services.moving import goes_back, move, promote, roll_back
from releases.services.planning import PUBLISHING, PublishPlan, plan_publish
from releases.services.protecting import ask_unprotect, protect, settle_unprotect, unprotect_alone
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
    "action_words",
    "action_words_of",
    "approval_required",
    "approvals_needed",
    "ask_unprotect",
    "channel_named",
    "compare",
    "create_channel",
    "document_of",
    "follow",
    "follow_all",
    "follow_objection",
    "followed",
    "is_approved",
    "latest",
    "makers",
    "goes_back",
    "may_go",
    "move",
    "needs_approval",
    "plan_publish",
    "promote",
    "protect",
    "publish",
    "published_name",
    "reach",
    "relax_approval",
    "release_numbered",
    "require_approval",
    "restore",
    "roll_back",
    "say",
    "settle_unprotect",
    "store_setting",
    "take_turn",
    "unprotect_alone",
    "working_copy",
]
