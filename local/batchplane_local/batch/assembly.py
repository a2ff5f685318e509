"""Putting the parts of an embedded Batch together, and taking them apart. Does no more than that."""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from batchplane_local.batch.cloudwatch.log_groups import LogGroups
from batchplane_local.batch.cloudwatch.log_streams import LogStreams
from batchplane_local.batch.cloudwatch.logs import LogsClient
from batchplane_local.batch.database.claims import Claims
from batchplane_local.batch.database.log_rows import LogRows
from batchplane_local.batch.database.pruning import Pruning
from batchplane_local.batch.database.reading import Reading
from batchplane_local.batch.database.recovery import Recovery
from batchplane_local.batch.database.store import Store, Synchronous
from batchplane_local.batch.delivery import Deliver, Delivery
from batchplane_local.batch.dispatch import Dispatch, Operation
from batchplane_local.batch.engine import Engine
from batchplane_local.batch.fault_injection.faults import Faults
from batchplane_local.batch.fault_injection.faulty_delivery import FaultyDelivery
from batchplane_local.batch.fault_injection.gate import Gate
from batchplane_local.batch.fault_injection.trouble import Trouble
from batchplane_local.batch.job_operations import JobOperations, Keys
from batchplane_local.batch.jobs.container import Need
from batchplane_local.batch.jobs.detail import Teller
from batchplane_local.batch.jobs.events import Announcer
from batchplane_local.batch.jobs.ledger import Ledger
from batchplane_local.batch.jobs.placement import Capacity
from batchplane_local.batch.listing import Listing
from batchplane_local.batch.machine.homes import Homes
from batchplane_local.batch.machine.launch import Launcher
from batchplane_local.batch.machine.orphans import become_subreaper, end_earlier_life
from batchplane_local.batch.machine.output import Outputs
from batchplane_local.batch.machine.slots import Slots
from batchplane_local.batch.names import Place, TaskIds
from batchplane_local.batch.parts import Parts
from batchplane_local.batch.resources.blocked_queues import BlockedQueues
from batchplane_local.batch.resources.catalogue import Catalogue
from batchplane_local.batch.resources.compute_environment_operations import ComputeEnvironmentOperations
from batchplane_local.batch.resources.deletion import Deletions
from batchplane_local.batch.resources.job_definition_operations import JobDefinitionOperations
from batchplane_local.batch.resources.job_queue_operations import JobQueueOperations
from batchplane_local.batch.resources.job_tags import JobTags
from batchplane_local.batch.resources.queue_snapshot import QueueSnapshot
from batchplane_local.batch.resources.records import Records
from batchplane_local.batch.resources.scheduling_policy_operations import SchedulingPolicyOperations
from batchplane_local.batch.resources.tag_operations import TagOperations

#: Seconds for which an opening waits for the folder, and between two tries.
_LOCK_PATIENCE, _LOCK_EVERY = 0.5, 0.01
_DEVICES = Path("/dev")
Clock = Callable[[], int]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What an embedded Batch is opened with, beside the consumer of its events and the clock."""

    #: Everything is kept in it; made where it doesn't exist. One process at a time may have it open.
    folder: Path
    #: Argv put before the command of definitions with the tag `runner` = `batchplane`.
    runner: tuple[str, ...]
    #: vCPUs that jobs may use together; all processors that this process may use where None.
    vcpus: float | None
    #: MiB that jobs may ask for together; all of the machine's where None.
    memory_mib: int | None
    #: GPUs that jobs may have; as many as there are NVIDIA devices where None.
    gpus: int | None
    #: Stand in ARNs and events.
    region: str
    account: str
    #: What every command finds in its environment, beside HOME and TMPDIR (its working directory), its own
    #: variables and Batch's.
    environment: Mapping[str, str]
    #: NORMAL survives the death of this process, FULL that of the power as well.
    synchronous: Synchronous
    #: Run a container's `user` as that user of this machine, which takes root; else `user` has no effect.
    honour_user: bool
    #: What goes wrong from the start.
    faults: Faults | None
    #: How many calls a second are taken, all operations together; any number where None.
    calls_per_second: float | None
    #: Days for which finished jobs and their logs are kept; for good where None.
    keep_finished_days: float | None

    @property
    def machine(self) -> Need:
        """What jobs may use together."""
        vcpus = len(os.sched_getaffinity(0)) if self.vcpus is None else self.vcpus
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20
        gpus = len(list(_DEVICES.glob("nvidia[0-9]*"))) if self.gpus is None else self.gpus
        memory = memory if self.memory_mib is None else self.memory_mib
        return Need(milli_vcpus=round(vcpus * 1000), memory=memory, gpus=gpus)

    @property
    def largest(self) -> Mapping[str, int]:
        """The same by the type of resource, in whole units."""
        return {"VCPU": self.machine.milli_vcpus // 1000, "MEMORY": self.machine.memory, "GPU": self.machine.gpus}


@dataclass(frozen=True, kw_only=True)
class Assembly:
    """An embedded Batch that runs."""

    dispatch: Dispatch
    logs: LogsClient
    #: The most that jobs may use together, by the type of resource; memory in MiB.
    machine: Mapping[str, int]
    #: What goes wrong on demand, and the gate that every call passes.
    trouble: Trouble
    close: Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class _State:
    """What is kept in the folder, open, with every job that an earlier life left taken up."""

    store: Store
    reading: Reading
    claims: Claims
    catalogue: Catalogue
    capacity: Capacity
    ledger: Ledger
    outputs: Outputs


def assemble(settings: Settings, *, deliver: Deliver, clock: Clock) -> Assembly:
    """Open the folder, take up what an earlier life left in it, and run."""
    folder = settings.folder.resolve()
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    with ExitStack() as opened:
        _hold(folder / "lock", opened)
        become_subreaper()
        state = _open(folder, settings, clock, opened)
        task_ids = state.store.task_ids
        teller = Teller(place=Place(region=settings.region, account=settings.account), task_ids=task_ids)
        launcher = _launcher(task_ids, settings, opened)
        faulty = FaultyDelivery(deliver, clock=clock)
        delivery = Delivery(reading=state.reading, announcer=Announcer(teller=teller), deliver=faulty)
        engine = _engine(folder, state, launcher, clock, delivery.wake, _pruning(state, settings))
        gate = Gate(clock=clock, calls_per_second=settings.calls_per_second)
        trouble = Trouble(gate=gate, delivery=faulty, engine=engine, ledger=state.ledger, reading=state.reading)
        trouble.begin(settings.faults)
        opened.callback(engine.close)
        opened.callback(faulty.close)
        opened.callback(delivery.close)
        engine.start()
        delivery.start(faulty.before(engine.delivered))
        streams = _log_streams(state, task_ids)
        return Assembly(
            machine=settings.largest,
            dispatch=Dispatch(operations=_operations(state, engine, teller, clock), gate=gate),
            logs=LogsClient(streams, state.outputs, teller.place),
            trouble=trouble,
            close=opened.pop_all().close,
        )


def _pruning(state: _State, settings: Settings) -> Pruning:
    return Pruning(
        reading=state.reading, ledger=state.ledger, outputs=state.outputs, keep_days=settings.keep_finished_days
    )


def _log_streams(state: _State, task_ids: TaskIds) -> LogStreams:
    return LogStreams(
        rows=LogRows(reading=state.reading, task_ids=task_ids),
        outputs=state.outputs,
        groups=LogGroups(reading=state.reading),
        task_ids=task_ids,
    )


def _open(folder: Path, settings: Settings, clock: Clock, opened: ExitStack) -> _State:
    """Open everything, end what still runs of an earlier life, and write down what became of it."""
    database = folder / "batch.sqlite3"
    store = opened.enter_context(closing(Store(database, synchronous=settings.synchronous)))
    end_earlier_life(store.task_ids.folder)
    reading = opened.enter_context(closing(Reading(database)))
    claims = opened.enter_context(closing(Claims(folder / "claims", sync=settings.synchronous == "FULL")))
    capacity = Capacity(machine=settings.machine)
    state = _State(
        store=store,
        reading=reading,
        claims=claims,
        catalogue=Catalogue(reading.resources(), last_key=reading.last_resource_key()),
        capacity=capacity,
        ledger=Ledger(capacity=capacity, history=reading),
        outputs=opened.enter_context(closing(Outputs(folder / "logs", reading, clock))),
    )
    recovery = Recovery(
        reading=reading,
        catalogue=state.catalogue,
        ledger=state.ledger,
        outputs=state.outputs,
        slots_folder=folder / "slots",
        folder_id=store.task_ids.folder,
    )
    recovery.recover(claims.uncovered(store.generation), clock())
    changes = state.ledger.take_changes()
    store.commit(changes)
    state.ledger.forget(changes.ended)
    return state


def _engine(
    folder: Path, state: _State, launcher: Launcher, clock: Clock, announced: Callable[[], None], pruning: Pruning
) -> Engine:
    slots = Slots(folder)
    slots.sweep()
    parts = Parts(
        store=state.store,
        claims=state.claims,
        catalogue=state.catalogue,
        ledger=state.ledger,
        slots=slots,
        outputs=state.outputs,
        launcher=launcher,
        clock=clock,
        announced=announced,
        watches=(
            Deletions(catalogue=state.catalogue, ledger=state.ledger),
            BlockedQueues(ledger=state.ledger, capacity=state.capacity, known=state.reading.blocked_queues()),
            pruning,
        ),
    )
    return Engine(parts)


def _launcher(task_ids: TaskIds, settings: Settings, opened: ExitStack) -> Launcher:
    """What makes launches; with homes for other users' attempts where this process may run any."""
    homes = None
    if settings.honour_user and os.geteuid() == 0:
        homes = opened.enter_context(closing(Homes(Path(tempfile.gettempdir()) / f"batch-{task_ids.folder}")))
    return Launcher(runner=settings.runner, base=settings.environment, task_ids=task_ids, homes=homes)


def _operations(state: _State, engine: Engine, teller: Teller, clock: Clock) -> Mapping[str, Operation]:
    job_tags = JobTags(ledger=state.ledger, reading=state.reading)
    records = Records(engine=engine, ledger=state.ledger, catalogue=state.catalogue, place=teller.place)
    job_operations = JobOperations(
        engine=engine,
        ledger=state.ledger,
        catalogue=state.catalogue,
        reading=state.reading,
        teller=teller,
        listing=Listing(catalogue=state.catalogue, reading=state.reading, teller=teller),
        clock=clock,
        keys=Keys(state.store.last_key),
    )
    operations: dict[str, Operation] = {
        **ComputeEnvironmentOperations(records=records).table(),
        **JobQueueOperations(records=records).table(),
        **JobDefinitionOperations(records=records).table(),
        **SchedulingPolicyOperations(records=records).table(),
        **TagOperations(records=records, job_tags=job_tags).table(),
        **QueueSnapshot(records=records, clock=clock).table(),
        **job_operations.table(),
    }
    return operations


def _hold(path: Path, opened: ExitStack) -> None:
    """Hold the folder for this process, until all that was opened is closed.

    A process that was being made when an earlier life was killed holds the folder until it reaches exec. Whoever
    holds the folder therefore knows that all processes of that life can be found.
    """
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    opened.callback(os.close, lock)
    deadline = time.monotonic() + _LOCK_PATIENCE
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise BlockingIOError(f"{path.parent} is in use by another process; stop that one first.") from error
            time.sleep(_LOCK_EVERY)
        else:
            return
