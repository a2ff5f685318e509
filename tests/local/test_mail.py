"""Alerts as .eml files: one for one alert, and nothing in them can act."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from batchplane_local.mail import MailFolder
from controlplane.alerting.alert import Alert
from tests.builders import T0


def published(folder: Path, *alerts: Alert) -> list[EmailMessage]:
    """The mails in a folder after these alerts."""
    mail = MailFolder(folder, clock=lambda: T0)
    for alert in alerts:
        mail.publish(alert)
    return [message_from_bytes(path.read_bytes(), policy=default) for path in sorted(folder.iterdir())]


def test_an_alert_that_is_published_twice_is_one_mail(tmp_path: Path) -> None:
    """A repeat takes the place of the first."""
    alert = Alert(alert_id="j1", subject="Job failed", body="why\n")

    assert 1 == len(published(tmp_path, alert, alert))


def test_a_mail_has_what_a_mail_program_asks_for(tmp_path: Path) -> None:
    """Sender, receiver, date, an id of its own."""
    (mail,) = published(tmp_path, Alert(alert_id="j1", subject="Job failed", body="why\n"))

    assert ("Wed, 18 Nov 2026 11:06:40 +0000", "<j1@batchplane.localhost>", "batchplane@localhost") == (
        mail["Date"],
        mail["Message-ID"],
        mail["To"],
    )


@pytest.mark.parametrize("name", ["x\r\nBcc: eve@example.org", "x\nBcc: eve@example.org", "x\x00\x1b[2J\u2028y"])
def test_a_subject_begins_no_other_header(tmp_path: Path, name: str) -> None:
    """A job may be called anything."""
    (mail,) = published(tmp_path, Alert(alert_id="j1", subject=f"Job {name} failed", body="why\n"))

    assert (None, True) == (mail["Bcc"], str(mail["Subject"]).isprintable())


@pytest.mark.parametrize("alert_id", ["../../plane.json", "a/b", "..", "\0"])
def test_an_id_never_leaves_the_folder(tmp_path: Path, alert_id: str) -> None:
    """It becomes one file name, whatever is in it."""
    folder = tmp_path / "mail"

    assert 1 == len(published(folder, Alert(alert_id=alert_id, subject="s", body="b\n")))
    assert [folder] == list(tmp_path.iterdir())


def test_a_mail_is_its_users_alone(tmp_path: Path) -> None:
    """A job's log may hold secrets."""
    published(tmp_path / "mail", Alert(alert_id="j1", subject="s", body="b\n"))

    assert 0o600 == (tmp_path / "mail" / "j1.eml").stat().st_mode & 0o777


def test_the_file_reads_as_it_was_written(tmp_path: Path) -> None:
    """Long lines are not folded, and no script is encoded away."""
    line = "  | " + "größe λ " * 50
    published(tmp_path, Alert(alert_id="j1", subject="s", body=f"{line}\n"))

    assert line in (tmp_path / "j1.eml").read_text().splitlines()


def test_text_that_is_no_text_is_published_all_the_same(tmp_path: Path) -> None:
    """Half a surrogate pair can't be written, and must not keep an alert back."""
    (mail,) = published(tmp_path, Alert(alert_id="j1", subject="s", body="a\ud800b\n"))

    assert "a?b\n" == mail.get_content()
