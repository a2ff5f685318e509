"""The sweep over jobs, arrays and queues, each run held to its bounds."""
