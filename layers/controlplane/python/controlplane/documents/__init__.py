"""Documents: what people are shown of jobs, queues and definitions, in Batch's words. Does no I/O."""
