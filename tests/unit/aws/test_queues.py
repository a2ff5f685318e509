"""What SQS takes of many messages, and what it leaves."""

from typing import Any

from controlplane.aws.queues import SqsSubmissions
from controlplane.errors import NotYet

JOB_IDS = [f"j{number}" for number in range(21)]


class Sqs:
    """A queue that fails every second call of three, and leaves one message of each other."""

    def __init__(self) -> None:
        self.calls = 0

    def send_message_batch(self, **request: Any) -> dict[str, Any]:
        """Take all but the first, or nothing."""
        self.calls += 1
        if self.calls == 2:
            raise ConnectionError("cut")
        return {"Failed": [{"Id": request["Entries"][0]["Id"], "Code": "InternalError", "SenderFault": False}]}


def test_each_message_has_its_own_answer() -> None:
    """What fails stops no other: neither a message the rest of its call, nor a call the others."""
    answers = SqsSubmissions(Sqs(), url="https://sqs.test").send_all(JOB_IDS)

    assert [NotYet, *[type(None)] * 9, *[ConnectionError] * 10, NotYet] == list(map(type, answers))
    assert "SQS did not take it: InternalError" == str(answers[0])
