"""What was asked fits an item of DynamoDB, at every bound at once. It has 400 KB for names and values together.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
"""

import json
from dataclasses import replace

from controlplane.aws.dynamodb.item_size import item_size
from controlplane.aws.dynamodb.submission_item import submission_from_item, submission_to_item
from controlplane.job import LARGEST_ARRAY
from controlplane.submissions.indices import Indices
from controlplane.submissions.spill import MAX_DOCUMENT_BYTES
from tests.builders import submission

MOST_BYTES = 400 * 1024
#: No variable may take more than a process can be started with.
_VARIABLE = 100_000
_TAGS = {f"{place:0>128}": "t" * 256 for place in range(50)}


def test_the_largest_submission_fits_an_item() -> None:
    """A document of 300 KiB with all tags, that runs every second child of the largest array again; as it was asked."""
    document = submission(tags=_TAGS).request
    room = MAX_DOCUMENT_BYTES - len(json.dumps(document)) - 1000
    environment = [
        {"name": f"V{place}", "value": "v" * min(_VARIABLE, room - start)}
        for place, start in enumerate(range(0, room, _VARIABLE))
    ]
    asked = submission(
        owner="o" * 256, tags=_TAGS, containerOverrides={"command": ["work"], "environment": environment}
    )
    chosen = Indices.choose(range(0, LARGEST_ARRAY, 2), of=LARGEST_ARRAY)
    largest = replace(asked, indices=chosen, rerun_of="j" + "0" * 25)
    item = submission_to_item(largest)

    assert submission_from_item(item) == largest
    assert MAX_DOCUMENT_BYTES - 5000 < item_size(item) <= MOST_BYTES
