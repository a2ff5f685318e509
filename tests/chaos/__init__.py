"""Chaos: what Batch tells, delivered in every wrong way, must make the records that it would make in the right one."""
