"""The API's description as one page for a browser: all of it in the file, no script, nothing from elsewhere."""

from batchplane._api_page._page import render

__all__ = ["render"]
