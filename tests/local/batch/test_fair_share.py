"""Which share is next, by what it has used and by its weight; the clock is turned by hand."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchplane_local.batch.jobs.fair_share import FairsharePolicy, FairShareQueue
from batchplane_local.batch.jobs.live import Live
from batchplane_local.batch.jobs.status import Status
from batchplane_local.batch.refused import Refused
from tests.local.batch.ledgers import NOW, submission_at

#: Milliseconds.
SECOND = 1000
#: How far a share's part of what was used may be from its due in the simulated run.
TOLERANCE = 0.05
#: Jobs of a simulated run: many times what fits into the decay.
RUN = 4000


class Shares:
    """A fair-share queue, and the jobs in it."""

    def __init__(self, policy: FairsharePolicy | None = None) -> None:
        self.queue = FairShareQueue()
        self.queue.follow(policy or FairsharePolicy())
        self._next_key = 1

    def submit(self, share: str, *, size: int | None = None, priority: int = 0, vcpus: int = 1) -> Live:
        """RUNNABLE jobs of a share."""
        submission = submission_at(self._next_key, size=size, share=share, priority=priority, vcpus=vcpus)
        live = Live(submission, 1)
        for position in submission.positions:
            live.move(position, Status.RUNNABLE)
        self.queue.push(live, submission.positions[0], submission.positions[-1])
        self._next_key += 1 + (size or 0)
        return live

    def take(self, at: int = NOW) -> str | None:
        """The share of the next job, which begins to run."""
        head = self.queue.head(at)
        if head is None:
            return None
        self.queue.pop(at)
        live, position = head
        live.move(position, Status.RUNNING)
        share = str(live.submission.share_identifier)
        self.queue.use(share, live.submission.need.milli_vcpus, at)
        return share

    def end(self, share: str, at: int, milli_vcpus: int = 1000) -> None:
        """A job of a share has ended."""
        self.queue.use(share, -milli_vcpus, at)


def test_shares_take_turns() -> None:
    """Jobs that start in one moment are spread over the shares, the older job first."""
    shares = Shares()
    shares.submit("a", size=4)
    shares.submit("b", size=4)
    assert [shares.take() for _ in range(4)] == ["a", "b", "a", "b"]


def test_the_share_that_used_less_is_next() -> None:
    """What a share used counts, though its job is older."""
    shares = Shares()
    shares.submit("a", size=2)
    shares.submit("b", size=2)
    shares.take()
    shares.end("a", NOW + 30 * SECOND)
    assert shares.take(NOW + 30 * SECOND) == "b"


def test_a_lower_weight_factor_gets_more() -> None:
    """With an eighth of the weight, eight times the use counts as much."""
    shares = Shares(FairsharePolicy(weights={"a": 0.125}))
    shares.submit("b", size=2)
    shares.submit("a", size=10)
    assert [shares.take() for _ in range(10)].count("a") == 8


def test_use_decays() -> None:
    """What was used long ago counts less than what was used lately."""
    shares = Shares(FairsharePolicy(decay=600))
    for share in ("a", "b"):
        shares.submit(share, size=3)
    shares.queue.use("a", 1000, NOW)
    shares.end("a", NOW + 60 * SECOND)
    later = NOW + 3600 * SECOND
    shares.queue.use("b", 1000, later)
    shares.end("b", later + 30 * SECOND)
    assert shares.take(later + 30 * SECOND) == "a"


def test_a_prefix_means_every_share_that_begins_so() -> None:
    """An entry's asterisk stands for any ending; shares that no entry means have the weight 1."""
    policy = FairsharePolicy.from_document(
        {
            "shareDistribution": [
                {"shareIdentifier": "User*", "weightFactor": 0.5},
                {"shareIdentifier": "Night", "weightFactor": 2.0},
            ]
        },
        milli_vcpus=0,
    )
    assert [policy.weight(name) for name in ("UserA", "Night", "NightShift", "other")] == [0.5, 2.0, 1.0, 1.0]


def test_the_shortest_decay_is_ten_minutes() -> None:
    """Zero means the default minimum of 600 seconds."""
    decays = [
        FairsharePolicy.from_document({"shareDecaySeconds": given_}, milli_vcpus=0).decay for given_ in (0, 60, 3600)
    ]
    assert decays == [600, 600, 3600]


def test_within_a_share_the_higher_priority_is_first() -> None:
    """Jobs of one share go by scheduling priority, then by age."""
    shares = Shares()
    lives = [shares.submit("a", priority=priority) for priority in (1, 9, 9)]
    order = []
    for _ in range(3):
        head = shares.queue.head(NOW)
        assert head is not None
        order.append(lives.index(head[0]))
        shares.queue.pop(NOW)
    assert order == [1, 2, 0]


def test_a_reservation_is_kept_for_other_shares() -> None:
    """One active share may use a half, two together three quarters; a share that runs nothing may use the rest."""
    shares = Shares(FairsharePolicy(reservation=50, milli_vcpus=8000))
    shares.submit("a", size=9)
    assert [shares.take() for _ in range(5)] == ["a", "a", "a", "a", None]
    shares.submit("b", size=9)
    assert [shares.take() for _ in range(3)] == ["b", "b", None]
    shares.submit("c", size=9)
    assert [shares.take() for _ in range(2)] == ["c", None]


def test_a_share_too_many_is_refused() -> None:
    """A queue has at most 500 active shares; one of them may go on."""
    shares = Shares()
    for number in range(500):
        shares.submit(f"u{number}")
    shares.queue.check("u7")
    with pytest.raises(Refused, match="A job queue can have at most 500 active share identifiers; u500 is one more"):
        shares.queue.check("u500")


def test_an_ended_share_makes_room_for_another() -> None:
    """A share of which nothing waits or runs isn't active."""
    shares = Shares()
    for number in range(500):
        shares.submit(f"u{number}")
    shares.take()
    shares.end("u0", NOW)
    shares.queue.head(NOW)
    shares.queue.check("u500")


def test_the_order_is_that_in_which_jobs_would_start() -> None:
    """All jobs are told in the order in which they would be taken in one moment."""
    shares = Shares(FairsharePolicy(weights={"a": 0.5}))
    shares.submit("a", size=8)
    shares.submit("b", size=4)
    told = [live.submission.share_identifier for live, _ in islice(shares.queue.in_order(NOW), 12)]
    assert told == [shares.take() for _ in range(12)]


@settings(max_examples=25)
@given(
    weights=st.lists(st.sampled_from([0.25, 0.5, 1.0, 2.0, 4.0]), min_size=2, max_size=4),
    slots=st.integers(min_value=1, max_value=6),
    seconds=st.integers(min_value=1, max_value=5),
)
def test_use_comes_to_the_inverse_of_the_weights(weights: list[float], slots: int, seconds: int) -> None:
    """Over a long run of shares that always have jobs, each gets its part of the machine."""
    names = {f"s{number}": weight for number, weight in enumerate(weights)}
    shares = Shares(FairsharePolicy(decay=600, weights=names))
    for name in names:
        shares.submit(name, size=RUN)
    taken = dict.fromkeys(names, 0)
    running: list[tuple[int, str]] = []
    now = NOW
    for _ in range(RUN):
        if len(running) == slots:
            now, share = running.pop(0)
            shares.end(share, now)
        share = str(shares.take(now))
        taken[share] += 1
        running.append((now + seconds * SECOND, share))
    due = {name: 1 / weight / sum(1 / other for other in weights) for name, weight in names.items()}
    assert max(abs(taken[name] / RUN - due[name]) for name in names) < TOLERANCE
