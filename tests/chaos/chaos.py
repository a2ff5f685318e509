"""One run: two consumers, two submitters, two who accept, and a sweep, over one store, torn and interleaved by dice.

A handler that dies has its whole batch delivered again, and what a handler says has failed comes again. In the end the
sweep runs until it finds nothing more to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random
from types import SimpleNamespace
from typing import Any

from batchplane_local.functions.events import schedule_event
from controlplane.batch.port import Batch
from controlplane.records.record import RecordKey
from controlplane.submissions.submission import Submission
from controlplane.submitting.submitter import Submitter
from lambdas.reconcile_jobs.handler import build as build_reconcile_jobs
from lambdas.record_state_change.handler import build as build_record_state_change
from tests.chaos.baton import Baton
from tests.chaos.deliveries import Deliveries, Plan, planned
from tests.chaos.seams import Faults
from tests.chaos.stores import Opens, Store
from tests.chaos.truth import Life, Truth
from tests.chaos.truthful_batch import TruthfulBatch
from tests.flow.crashes import Crash

#: Milliseconds between two sweeps, and between the last event and the first sweep.
_SWEEP_EVERY = 6 * 60_000
_SETTLE = 60_000
#: Most turns of one actor for each message, and for each run; most sweeps of the end.
_TURNS_A_MESSAGE, _TURNS, _SWEEPS = 40, 4000, 20
#: What a sweep's tally counts without having done anything.
_LOOKS = ("looked_at", "calls")


@dataclass(frozen=True, kw_only=True)
class Chaos:
    """How bad it gets."""

    #: The part of all calls at which something goes wrong: in each run one of these.
    faults: tuple[float, ...] = (0.0, 0.02, 0.06)
    #: The part of the events that never come, and of the jobs whose end is told falsely, too.
    dropped: float = 0.05
    forged: float = 0.1
    #: Whether there are sweeps: they heal what was dropped, and would heal what was done wrong.
    is_swept: bool = True


#: Everything comes in the end, and nothing else makes it right.
UNSWEPT = Chaos(dropped=0, is_swept=False)


@dataclass(kw_only=True)
class Run:
    """What there is in one run."""

    bad: Chaos
    lives: Sequence[Life]
    plan: Plan
    store: Store
    batch: TruthfulBatch
    faults: Faults
    baton: Baton
    dice: Random
    deployment: Any
    #: The time (epoch milliseconds): it passes when all wait for it.
    now: int
    #: Ids of ours that are to be submitted, some of them more than once.
    pool: list[str] = field(default_factory=list)
    #: When each job of ours was accepted, as those who did it were told (epoch milliseconds).
    accepted: dict[str, list[int]] = field(default_factory=dict)
    _accepting: int = 0
    _submitting: int = 0

    def __post_init__(self) -> None:
        self._deliveries = Deliveries(self.plan, self.dice, may_come=self.batch.has)
        self._plane: Any = SimpleNamespace(
            deployment=self.deployment,
            records=self.store.torn,
            batch=Batch(_Torn(self.batch, self)),  # type: ignore[arg-type] - by the same names
            submissions=SimpleNamespace(send=lambda job_id, **_: self.pool.append(job_id)),
            dead_letters=None,
            io_bucket=None,  # no submission is so long that any of it lies there
            clock=lambda: self.now,
        )
        self._record_state_change = build_record_state_change(self._plane)
        self._reconcile_jobs = build_reconcile_jobs(self._plane)

    def play(self) -> None:
        """Everything at once, and then the sweep to its end."""
        actors = [self._accept, self._accept, self._submit, self._submit, self._consume, self._consume]
        self._accepting = 2
        self.baton.run(actors + [self._sweep] * self.bad.is_swept)
        if self.bad.is_swept:
            self._sweep_to_the_end()

    def _sweep_to_the_end(self) -> None:
        for number in range(_SWEEPS):
            self.faults.rate *= number < 2  # the first ones are torn, too
            self.now += _SWEEP_EVERY
            done = self._swept()
            self.baton.run([self._submit, self._consume])
            if number > 2 and not any(count for name, count in done.items() if name not in _LOOKS):
                return
        raise AssertionError(f"the sweep still finds something to do after {_SWEEPS} runs: {done}")

    @property
    def _turns(self) -> int:
        return _TURNS + _TURNS_A_MESSAGE * len(self.plan.messages)

    @property
    def _is_over(self) -> bool:
        return not (self._accepting or self._submitting or self.pool) and self._deliveries.is_over

    def _accept(self) -> None:
        """Accept every submission, as a client does that sends it again until it has an answer."""
        submissions = [life.submission for life in self.lives if life.submission]
        for submission in self.dice.sample(submissions, len(submissions)):
            while not self._comes_off(partial(self._accept_now, submission)):
                pass
            self.pool.append(submission.job_id)
        self._accepting -= 1

    def _accept_now(self, submission: Submission) -> None:
        now = replace(submission, created_at=submission.created_at + self.dice.randrange(1000))
        earlier = self.store.torn.create(now)
        self.accepted.setdefault(submission.job_id, []).append((earlier or now).created_at)

    def _submit(self) -> None:
        """Submit what is in the pool, in any order."""
        submitter = Submitter(
            deployment=self.deployment,
            records=self.store.torn,
            batch=self._plane.batch,
            io_bucket=self._plane.io_bucket,
            clock=lambda: self.now,
            pace=lambda: None,
            settle_milliseconds=_SETTLE,
        )
        for _ in range(self._turns):
            if self._is_over:
                return
            if not self.pool:
                self.baton.rest()
                continue
            job_id = self.pool.pop(self.dice.randrange(len(self.pool)))
            self._submitting += 1
            came_off = self._comes_off(partial(submitter.submit, job_id))
            self._submitting -= 1
            if not came_off:
                self.pool.append(job_id)
                self._wait()
        raise AssertionError("the pool does not empty")

    def _consume(self) -> None:
        """Take one batch after the other."""
        for _ in range(self._turns):
            if self._is_over:
                return
            batch = self._deliveries.receive()
            if not batch:
                self.baton.rest()
                continue
            event = {"Records": [{"messageId": str(each.number), "body": each.body} for each in batch]}
            try:
                failures = self._record_state_change(event, SimpleNamespace())["batchItemFailures"]
                failed = [int(each["itemIdentifier"]) for each in failures]
            except Crash:
                failed = [each.number for each in batch]
            self._deliveries.finish(batch, failed=failed)
        raise AssertionError("the queue does not empty")

    def _wait(self) -> None:
        """Let an unknown outcome settle; no time passes while anybody is with Batch."""
        if not self._submitting:
            self.now += _SETTLE
        self.baton.rest()

    def _sweep(self) -> None:
        """Sweep now and then, while everything else goes on."""
        for _ in range(3):
            for _ in range(self.dice.randrange(20 * len(self.lives))):
                self.baton.rest()
            self._swept()

    def _swept(self) -> dict[str, int]:
        try:
            return dict(self._reconcile_jobs(schedule_event(self.now), SimpleNamespace()))
        except Crash:
            return {"failed": 1}

    def _comes_off(self, action: Callable[[], object]) -> bool:
        """Whether something was done; whatever kept it from that, it is tried again."""
        try:
            action()
        except (Crash, Exception):
            return False
        return True


class _Torn:
    """AWS Batch, torn like the rest."""

    def __init__(self, batch: TruthfulBatch, run: Run) -> None:
        self._batch = batch
        self._run = run

    def __getattr__(self, name: str) -> Any:
        operation = getattr(self._batch, name)

        def call(**request: Any) -> Any:
            self._run.baton.rest()
            return self._run.faults.around(lambda: operation(**request), lambda: ConnectionError("cut"))

        return call


@contextmanager
def chaos(truth: Truth, opens: Opens, *, seed: int, jobs: int, bad: Chaos = Chaos()) -> Iterator[Run]:  # noqa: B008
    """A run that has been played: of so many jobs, or of all where there are fewer."""
    dice = Random(seed)  # noqa: S311 - dice, not a secret
    lives = _some(truth.lives, jobs, dice)
    baton, faults = Baton(dice.randrange), Faults(dice, rate=dice.choice(bad.faults))
    clock = SimpleNamespace(now=lambda: truth.ended_at)
    with opens(baton, faults, lambda: clock.now()) as store:

        def is_settled(job_id: str) -> bool:
            record = store.whole.get(RecordKey(job_id=job_id))
            return record is not None and record.batch_job_id is not None

        run = Run(
            bad=bad,
            lives=lives,
            plan=planned(lives, dice, dropped=bad.dropped, forged=bad.forged),
            store=store,
            batch=TruthfulBatch(lives, is_settled=is_settled),
            faults=faults,
            baton=baton,
            dice=dice,
            deployment=truth.deployment,
            now=truth.ended_at + _SWEEP_EVERY,
        )
        clock.now = lambda: run.now
        run.play()
        yield run


def _some(lives: Sequence[Life], count: int, dice: Random) -> list[Life]:
    """Some lives, small ones if they are few; whoever carries a name of ours comes with its owner."""
    room = [life for life in lives if len(life.told) <= count and not life.rival_of]
    taken = dice.sample(room, min(count, len(room)))
    names = {life.submission.job_id for life in taken if life.submission}
    return taken + [life for life in lives if life.rival_of in names]
