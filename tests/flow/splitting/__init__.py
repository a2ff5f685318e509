"""Arrays above 10,000 through the whole river."""
