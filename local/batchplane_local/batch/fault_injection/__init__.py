"""What goes wrong on demand, from a seed, and the limit of calls a second."""
