"""Recording state changes: what `record_state_change` does, and what becomes of messages that it can't read."""
