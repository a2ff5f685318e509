"""Who calls, and what that lets them do with a job. Does no I/O, and knows no credential."""

from __future__ import annotations

from dataclasses import dataclass

from controlplane.deployment import Deployment
from controlplane.errors import NotAnOperator


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Somebody who was let in."""

    #: As the authorizer named them; what they submit is theirs.
    owner: str
    #: True for those who look after the plane itself.
    is_operator: bool = False
    #: True where the jobs of every owner may be read, and not only one's own.
    reads_every_job: bool = False

    @classmethod
    def known(cls, owner: str, *, deployment: Deployment, holds_operator_claim: bool = False) -> Caller:
        """What a deployment makes of somebody of this name, whose token may hold what makes an operator here."""
        is_operator = holds_operator_claim or owner in deployment.operators
        return cls(owner=owner, is_operator=is_operator, reads_every_job=is_operator or deployment.open_reading)

    def may_read(self, owner: str) -> bool:
        """Whether an owner's jobs may be seen: their record, what was asked, log and outputs."""
        return self.reads_every_job or owner == self.owner

    def may_touch(self, owner: str) -> bool:
        """Whether an owner's jobs may be ended and otherwise changed: one's own, and every job by an operator."""
        return self.is_operator or owner == self.owner

    def require_operator(self) -> None:
        """Raise NotAnOperator for a caller who is none."""
        if not self.is_operator:
            raise NotAnOperator(self.owner)
