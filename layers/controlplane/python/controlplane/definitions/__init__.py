"""Job definitions that people look at, register and deregister, and the port that keeps those registered."""
