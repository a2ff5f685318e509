"""Cancelling, terminating and deleting jobs on request."""
