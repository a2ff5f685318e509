"""Keeping signed links out of logs: whoever holds one may read or write what it names. Sends nothing.

httpx logs the address of every request that it makes, and a link is signed in its address. Programs that log at INFO
would keep them for others to find.
"""

from __future__ import annotations

import logging

import httpx

#: What the parameter is called that signs a link, in lower case: Amazon S3's, and the embedded plane's.
_SIGNATURES = frozenset({"x-amz-signature", "signature"})


class LinksUntold(logging.Filter):
    """Takes the query out of signed addresses in what httpx logs, and leaves every other address as it is."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through."""
        if isinstance(record.args, tuple):
            record.args = tuple(_untold(each) for each in record.args)
        return True


#: One for all clients: a logger takes the same filter once.
_LINKS_UNTOLD = LinksUntold()


def keep_links_out_of_logs() -> None:
    """From now on httpx tells no signed link. May be repeated."""
    logging.getLogger("httpx").addFilter(_LINKS_UNTOLD)


def _untold(value: object) -> object:
    if not isinstance(value, httpx.URL) or not any(name.lower() in _SIGNATURES for name in value.params):
        return value
    return value.copy_with(query=b"signed")
