"""The one exception by which the parts of the embedded Batch refuse a request. Knows no botocore and no HTTP."""

from __future__ import annotations


class Refused(Exception):
    """The request is wrong; the message is what AWS Batch's ClientException says."""


class Stopped(Exception):
    """The engine no longer runs: it was closed, or it could not write its state."""
