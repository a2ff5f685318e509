"""What the plane costs, beside what it is made of and what one would take instead: `make bench`."""
