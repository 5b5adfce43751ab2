"""Bringing a release back into the working copy, exactly, deleted things too."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import DataError, IntegrityError
from django.db.models import ProtectedError

from contracts.findings import Level
from contracts.release import ReleaseDocument, ReleaseError
from kpis.importing.refusals import reason_of
from kpis.locking import working_copy_lock
from kpis.rights import require_all
from kpis.services import Author
from releases.models import Release, ServingRevision
from releases.services import rewriting, rewriting_agents
from releases.services.identities import restore_identities
from releases.services.planning import open_entries, rules_on_copy
from releases.services.refusals import RestoreRefused
from releases.services.restore_plan import RestorePlan
from releases.services.rewriting import Written
from releases.services.texts import as_line


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """What restoring did, by name. Nothing in it means that the working copy was that release already.

    ``settings`` are the things that are not counted one by one: units, the registry's settings, the roster, the
    catalogue of actions.
    """

    release: Release
    created: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()

    @property
    def changed_nothing(self) -> bool:
        """Whether the working copy was this release already."""
        return not (self.created or self.changed or self.deleted or self.settings)


def restore(*, release: Release, author: Author, reason: str = "") -> RestoreResult:
    """Make the working copy exactly what a release says; all of it or nothing. No channel moves.

    ``author`` must be allowed all that changes; None is the system's own administrator, who is.
    What changes is kept as a revision each, as with any edit. Raises RestoreRefused: errors (the rules of
    today object; with their findings), stale, unreadable, database, text_unfit; and Lacking.
    """
    reason = as_line(reason or f"Restored from release {release.number}", Release, "message", RestoreRefused)
    try:
        document = release.as_document()
    except ReleaseError as error:
        raise RestoreRefused("unreadable", f"Release {release.number} cannot be read: {error}") from error
    try:
        with working_copy_lock():
            ServingRevision.hold()
            plan = RestorePlan.towards(document, held=True)
            require_all(author, plan.permissions(), doing=f"Bringing back release {release.number}")
            done = write_plan(plan, author, reason)
            restore_identities(release)
            prove(release, document)
    except KeyError as missing:
        raise RestoreRefused(
            "unreadable", f"Release {release.number} names {missing.args[0]}, which it does not have."
        ) from missing
    except (IntegrityError, DataError) as error:
        raise RestoreRefused(
            "database", f"The database rejected it, and nothing was changed. {reason_of(error)}"
        ) from error
    except ProtectedError as error:
        names = ", ".join(sorted(str(user) for user in error.protected_objects)[:5])
        raise RestoreRefused(
            "database", f"Something that release {release.number} does not have is still used by {names}."
        ) from error
    return RestoreResult(
        release,
        tuple(done.created),
        tuple(done.changed),
        tuple(done.deleted),
        tuple(dict.fromkeys(done.settings)),
    )


def write_plan(plan: RestorePlan, author: Author, reason: str) -> Written:
    """Write what differs, in an order in which nothing is in the way of anything."""
    done = Written()
    document, kpis, agents = plan.document, plan.kpis, plan.agents
    differing, differing_agents = plan.differing, plan.differing_agents
    rewriting.write_units(document.registry, done)
    rewriting.write_settings(document.registry, done)
    rewriting_agents.write_roster(document.roster, done)
    rewriting_agents.let_go(agents, differing_agents, kpis.gone, author, reason, done)
    rewriting.let_go(kpis, differing, author, reason, done)
    rewriting.write_kpis(kpis, differing, author, reason, done)
    rewriting_agents.write_agents(agents, differing_agents, author, reason, done)
    rewriting.forget_units(document.registry, done)
    if plan.catalogue.permissions():
        plan.catalogue.write(author=author, source=rewriting.RESTORE, reason=reason)
        done.settings.append("catalogue of actions")
    return done


def prove(release: Release, document: ReleaseDocument) -> None:
    """Let the whole catalogue judge what was written, and make sure that it is what the release says."""
    judged = rules_on_copy()
    errors = open_entries(judged.entries, Level.ERROR)
    if errors:
        raise RestoreRefused(
            "errors",
            f"Today’s rules find {len(errors):,} {'error' if len(errors) == 1 else 'errors'} in that release, "
            "and nothing was changed. Waive them, or change the rules.",
            errors,
        )
    # What an older version released may be written otherwise today.
    if judged.digest != release.digest and judged.content != document.canonical():
        raise RestoreRefused(
            "stale",
            "The registry was changed while the release was restored, and nothing was changed. Try again.",
        )
