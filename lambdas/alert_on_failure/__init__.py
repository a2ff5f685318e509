"""alert_on_failure: tells a person of a job that failed."""
