"""What the service refuses: every bound of a request, in its own words where they are known."""
