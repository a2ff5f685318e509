"""The machine that attempts run on: their processes, places, users, memory and output."""
