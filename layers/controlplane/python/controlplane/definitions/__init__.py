"""Job definitions that people look at, register and deregister."""
