"""Deleted queues and environments, which stay DELETING until nothing is left in them. Ends no job and no attempt.

https://docs.aws.amazon.com/batch/latest/APIReference/API_DeleteJobQueue.html
"""

from __future__ import annotations

from dataclasses import dataclass

from batchplane_local.batch.jobs.ledger import Ledger
from batchplane_local.batch.resources.catalogue import COMPUTE_ENVIRONMENT, JOB_QUEUE, Catalogue, Resource


@dataclass(frozen=True, kw_only=True)
class Deletions:
    """The records that are DELETING."""

    catalogue: Catalogue
    ledger: Ledger

    def look(self, at: int) -> bool:  # noqa: ARG002 - what is left, and not the time, says when
        """Let go of those in which nothing is left; True while there are others."""
        kinds = (JOB_QUEUE, COMPUTE_ENVIRONMENT)
        deleting = [resource for kind in kinds for resource in self.catalogue.all(kind) if resource.is_deleting]
        left = [resource for resource in deleting if self._is_in_use(resource)]
        for resource in deleting:
            if resource not in left:
                self.catalogue.remove(resource)
                self.ledger.changes.removed.append(resource.key)
        return bool(left)

    def _is_in_use(self, resource: Resource) -> bool:
        """True while a queue has a job that hasn't ended, or an environment an attempt."""
        if resource.kind == JOB_QUEUE:
            return any(live.queue_key == resource.key for live in self.ledger.lives.values())
        return any(attempt.environment == resource.name for attempt in self.ledger.attempts.values())
