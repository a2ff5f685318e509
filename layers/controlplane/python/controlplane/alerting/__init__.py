"""Telling a person of a failure: what `alert_on_failure` does."""
