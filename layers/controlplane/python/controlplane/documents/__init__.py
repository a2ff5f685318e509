"""Documents: what people are shown of jobs, queues, definitions and the deployment, in Batch's words. Does no I/O."""
