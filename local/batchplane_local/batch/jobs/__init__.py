"""How jobs are, and how they move: statuses, submissions, placement, retries, every transition. Does no I/O."""
