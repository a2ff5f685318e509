"""Job records: what the plane remembers of each job, the port that keeps it, and who may find which."""
