"""What the messages of the queue of submissions say."""

import pytest

from controlplane.errors import EventMalformed
from controlplane.submissions.queue import SubmissionMessage, read_message, to_message


def test_a_message_carries_the_job_id_and_its_waits() -> None:
    """What is sent is what is read."""
    assert SubmissionMessage(job_id="j1", waits=2) == read_message(to_message("j1", waits=2))


@pytest.mark.parametrize(
    "body", ["", "[]", "1", "{}", '{"jobId": "j1", "waits": "x"}', '{"jobId": "j1", "waits": null}']
)
def test_what_is_no_such_message_is_refused(body: str) -> None:
    """It goes to the dead letters with this reason."""
    with pytest.raises(EventMalformed, match="not a submission's message"):
        read_message(body)
