"""Alerts as mail in a folder: the port `controlplane.alerting.alert.Topic`. Sends nothing anywhere.

One file for one alert, named by its id, so that an alert published twice is still one mail.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import quote

from batchplane_local.whole_file import write_whole
from controlplane.alerting.alert import Alert, plain

#: A mail's lines are folded only where a mail server would refuse them, so that the file reads as it was written.
_POLICY = default.clone(max_line_length=998)
_ADDRESS = "batchplane@localhost"


class MailFolder:
    """A folder of .eml files, which every mail program opens."""

    def __init__(self, folder: Path, *, clock: Callable[[], int]) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._clock = clock

    def publish(self, alert: Alert) -> None:
        """Write an alert, or write it again in its own place."""
        name = quote(alert.alert_id, safe="")
        mail = EmailMessage(policy=_POLICY)
        mail["From"] = f"Batchplane <{_ADDRESS}>"
        mail["To"] = _ADDRESS
        mail["Date"] = format_datetime(datetime.fromtimestamp(self._clock() / 1000, UTC))
        mail["Message-ID"] = f"<{name}@batchplane.localhost>"
        # One line, whatever stands in it: no subject can begin another header.
        mail["Subject"] = " ".join(plain(alert.subject).splitlines())
        mail.set_content(alert.body.encode("utf-8", "replace").decode("utf-8"))
        write_whole(self._folder / f"{name}.eml", mail.as_bytes())
