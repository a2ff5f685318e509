"""The exceptions of the embedded Batch's parts: a request refused, an engine stopped, a folder that can't be read.

Knows no botocore and no HTTP.
"""

from __future__ import annotations


class Refused(Exception):
    """The request is wrong; the message is what AWS Batch's ClientException says."""


class Stopped(Exception):
    """The engine no longer runs: it was closed, or it could not write its state."""


class OtherLayout(Exception):
    """Another version of the embedded Batch wrote the folder."""
