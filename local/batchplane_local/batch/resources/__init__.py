"""What jobs are submitted against, and the operations on it: environments, queues, definitions, policies, tags."""
