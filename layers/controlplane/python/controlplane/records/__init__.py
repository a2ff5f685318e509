"""Job records: what the plane remembers of each job, and the port that keeps it."""
