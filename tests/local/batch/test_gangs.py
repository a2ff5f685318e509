"""The rules of multi-node parallel jobs: placed together, the main node first, and ended with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from batchplane_local.batch.jobs.attempt import Attempt
from batchplane_local.batch.jobs.fair_share import FairsharePolicy
from batchplane_local.batch.jobs.multi_node import MAIN_NODE_ENDED
from batchplane_local.batch.jobs.placement import Environment
from batchplane_local.batch.jobs.status import Status
from batchplane_local.batch.refused import Refused
from tests.local.batch.ledgers import QUEUE, Played, job_id_of

PENDING, RUNNABLE, STARTING, RUNNING = Status.PENDING, Status.RUNNABLE, Status.STARTING, Status.RUNNING
SUCCEEDED, FAILED = Status.SUCCEEDED, Status.FAILED
ATTEMPT = [STARTING, RUNNING]


def started(played: Played) -> Attempt:
    """Start the next attempt."""
    attempt = played.start()
    assert attempt is not None
    return attempt


def test_the_main_node_begins_first() -> None:
    """The other nodes begin, by index, when it runs."""
    played = Played(vcpus=3)
    played.submit(nodes=3, main_node=1)
    main = played.ledger.claim(0)
    assert main is not None
    before = played.ledger.claim(0)
    played.ledger.run(main, 0)
    assert (main.key, before) == (3, None)
    assert [started(played).key for _ in range(2)] == [2, 4]


def test_the_job_goes_where_its_main_node_goes() -> None:
    """Job and nodes pass through the statuses of a single job; the job's end is the last."""
    played = Played(vcpus=2)
    played.submit(nodes=2)
    played.drain()
    assert played.told[1] == played.told[2] == [RUNNABLE, *ATTEMPT, SUCCEEDED]
    assert played.order[-1] == (1, SUCCEEDED)
    assert played.rows[1][1:] == played.rows[2][1:]


def test_nodes_are_placed_together_or_not_at_all() -> None:
    """A job whose nodes don't fit together now waits, and holds back what comes after it."""
    played = Played(vcpus=2)
    first = played.submit()
    gang, last = played.submit(nodes=2), played.submit()
    attempt = started(played)
    assert (played.start(), played.status(gang), played.status(last)) == (None, RUNNABLE, RUNNABLE)
    played.end(attempt)
    assert (played.status(first), started(played).key) == (SUCCEEDED, 3)


def test_nodes_that_could_never_fit_together_wait() -> None:
    """A job with more nodes than the machine, or its environment, has room for stays RUNNABLE."""
    played = Played(vcpus=4)
    played.ledger.serve((replace(QUEUE, environments=(Environment(name="here", milli_vcpus=2000),)),))
    gang = played.submit(nodes=3)
    assert (played.start(), played.status(gang)) == (None, RUNNABLE)


def sharing() -> Played:
    """A machine of four vCPUs, of which one share alone may use two."""
    played = Played(vcpus=4)
    played.ledger.serve((replace(QUEUE, policy=FairsharePolicy(reservation=50, milli_vcpus=4000)),))
    return played


def test_nodes_use_their_job_s_share() -> None:
    """All of them from the main node's start on, and each until its own end."""
    played = sharing()
    played.submit(nodes=2, share="a")
    other = played.submit(share="a")
    main, child = started(played), started(played)
    between = played.start()
    played.end(main)
    assert (between, started(played).live) == (None, other)
    played.end(child, exit_code=143)
    played.submit(share="a")
    assert started(played).number == 1


def test_nodes_that_never_begin_give_their_part_of_the_share_back() -> None:
    """With the main node's end."""
    played = sharing()
    played.submit(nodes=2, share="a")
    played.end(started(played))
    for _ in range(3):
        played.submit(share="a")
    assert [played.start() is not None for _ in range(3)] == [True, True, False]


def test_nodes_hold_their_places_before_they_begin() -> None:
    """Between the main node's start and theirs, nothing else is placed where they will run."""
    played = Played(vcpus=2)
    played.submit(nodes=2)
    played.submit()
    main = played.ledger.claim(0)
    assert main is not None
    assert played.ledger.claim(0) is None


def test_the_main_node_s_end_ends_the_others() -> None:
    """The job has ended when they are gone, and is what its main node made it."""
    played = Played(vcpus=3)
    gang = played.submit(nodes=3)
    main, second, third = (started(played) for _ in range(3))
    assert played.end(main) == [second, third]
    played.end(second, exit_code=143)
    between = played.status(gang)
    played.end(third, exit_code=0)
    assert (between, played.status(gang)) == (RUNNING, SUCCEEDED)
    assert [gang.status(node) for node in gang.submission.nodes] == [SUCCEEDED, FAILED, SUCCEEDED]
    assert played.rows[3].status_reason == MAIN_NODE_ENDED


def test_a_child_node_s_failure_changes_nothing() -> None:
    """Neither the job nor the other nodes end, or are retried, with a node that isn't the main one."""
    played = Played(vcpus=2)
    gang = played.submit(nodes=2, attempts=3)
    main, child = started(played), started(played)
    assert (played.end(child, exit_code=1), played.status(gang)) == ([], RUNNING)
    played.end(main)
    assert (played.status(gang), gang.status(2), played.rows[1].attempts) == (SUCCEEDED, FAILED, 1)


def test_a_main_node_s_failure_starts_a_new_attempt() -> None:
    """Every node gets a new attempt, those that had ended well too."""
    played = Played(vcpus=2)
    gang = played.submit(nodes=2, attempts=2)
    main, child = started(played), started(played)
    played.end(child)
    played.end(main, exit_code=1)
    again = [gang.status(position) for position in range(3)]
    main, child = started(played), started(played)
    played.end(child)
    played.end(main)
    assert again == [RUNNABLE] * 3
    assert played.told[1] == [RUNNABLE, *ATTEMPT, RUNNABLE, *ATTEMPT, SUCCEEDED]
    assert played.told[3] == [RUNNABLE, *ATTEMPT, SUCCEEDED, RUNNABLE, *ATTEMPT, SUCCEEDED]
    assert [played.rows[key].attempts for key in (1, 2, 3)] == [2, 2, 2]


def test_a_node_that_never_began_has_the_attempt_on_record() -> None:
    """Where the main node ends before the others begin, they fail, and their next attempt has the job's number."""
    played = Played(vcpus=2)
    gang = played.submit(nodes=2, attempts=2)
    played.end(started(played), exit_code=1)
    between = (gang.status(2), gang.finished[2])
    main = started(played)
    child = started(played)
    assert (between, main.number, child.number) == ((RUNNABLE, 1), 2, 2)


def test_a_node_that_never_began_fails_with_the_job_s_end() -> None:
    """It says why."""
    played = Played(vcpus=2)
    gang = played.submit(nodes=2)
    played.end(started(played))
    assert (played.status(gang), played.told[3]) == (SUCCEEDED, [RUNNABLE, FAILED])
    assert played.rows[3].status_reason == MAIN_NODE_ENDED


def test_the_attempts_are_bounded() -> None:
    """A main node that always fails ends the job when the attempts are used up."""
    played = Played(vcpus=2)
    gang = played.submit(nodes=2, attempts=3)
    played.drain(exit_code=1)
    assert (played.status(gang), played.rows[1].attempts, played.told[2].count(STARTING)) == (FAILED, 3, 3)


def test_a_waiting_gang_is_cancelled_with_its_nodes() -> None:
    """Job and nodes fail with the given reason, and nothing starts."""
    played = Played(vcpus=2)
    gang = played.submit(nodes=2)
    played.cancel(gang)
    rows = [played.rows[key] for key in (1, 2, 3)]
    assert [(row.status, row.status_reason, row.is_cancelled) for row in rows] == [
        (FAILED, "cancelled by a test", True)
    ] * 3
    assert played.start() is None


def test_a_running_gang_is_not_cancelled() -> None:
    """CancelJob leaves what has started as it is, the nodes that are still to begin too."""
    played = Played(vcpus=2)
    gang = played.submit(nodes=2)
    main = started(played)
    played.cancel(gang)
    child = started(played)
    played.end(child)
    played.end(main)
    assert (played.status(gang), gang.status(2), played.rows[1].is_cancelled) == (SUCCEEDED, SUCCEEDED, False)


def test_a_running_gang_is_terminated_with_all_its_nodes() -> None:
    """Those that run are to be ended, those that are still to begin never do; nothing is retried."""
    played = Played(vcpus=3)
    gang = played.submit(nodes=3, attempts=5)
    main, child = started(played), started(played)
    assert played.terminate(gang) == [main, child]
    after = played.start()
    played.end(child, exit_code=0)
    played.end(main, exit_code=0)
    rows = [played.rows[key] for key in (1, 2, 3, 4)]
    assert (after, {(row.status, row.status_reason, row.is_terminated) for row in rows}) == (
        None,
        {(FAILED, "terminated by a test", True)},
    )


def test_a_gang_whose_main_node_has_ended_is_not_terminated() -> None:
    """What becomes of the job is decided by then; the nodes that are being ended come back once more."""
    played = Played(vcpus=2)
    gang = played.submit(nodes=2)
    main, child = started(played), started(played)
    played.end(main)
    assert played.terminate(gang) == [child]
    played.end(child, exit_code=143)
    assert (played.status(gang), played.rows[1].is_terminated) == (SUCCEEDED, False)


def test_a_gang_waits_for_its_dependency() -> None:
    """Job and nodes are PENDING until then."""
    played = Played(vcpus=2)
    played.submit()
    gang = played.submit(nodes=2, depends_on=[{"jobId": job_id_of(1)}])
    between = [gang.status(position) for position in range(3)]
    played.drain()
    assert (between, played.status(gang)) == ([PENDING] * 3, SUCCEEDED)
    assert played.told[3] == [PENDING, RUNNABLE, *ATTEMPT, SUCCEEDED]


def test_a_gang_fails_with_its_dependency() -> None:
    """Job and nodes, without an attempt."""
    played = Played(vcpus=2)
    played.submit()
    gang = played.submit(nodes=2, depends_on=[{"jobId": job_id_of(1)}])
    played.drain(exit_code=1)
    assert [gang.status(position) for position in range(3)] == [FAILED] * 3
    assert played.rows[4].status_reason == "Dependent Job failed"


def test_a_job_waits_for_a_gang() -> None:
    """And goes on when the whole gang is gone, as its main node ended."""
    played = Played(vcpus=2)
    played.submit(nodes=2)
    dependent = played.submit(depends_on=[{"jobId": job_id_of(1)}])
    main, child = started(played), started(played)
    played.end(main)
    between = played.status(dependent)
    played.end(child, exit_code=143)
    assert (between, played.status(dependent)) == (PENDING, RUNNABLE)


def test_no_job_depends_on_a_node() -> None:
    """Nor, as an array's children do, on nodes one by one."""
    played = Played()
    played.submit(nodes=2)
    with pytest.raises(Refused, match="can't depend on a node"):
        played.submit(depends_on=[{"jobId": f"{job_id_of(1)}#1"}])
    with pytest.raises(Refused, match="must be an array job"):
        played.submit(size=2, depends_on=[{"jobId": job_id_of(1), "type": "N_TO_N"}])


def test_a_gang_that_can_not_be_placed_fails_with_its_nodes() -> None:
    """As a single job does, when its turn comes."""
    played = Played(vcpus=2)
    gang = played.submit(nodes=2, unplaceable="Container Overrides length must be at most 8192")
    played.drain()
    assert [gang.status(position) for position in range(3)] == [FAILED] * 3
