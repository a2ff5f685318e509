"""record_state_change: records what Batch tells."""
