"""The routes of the HTTPS API, a module for each group of them. Each route parses, makes one call, renders."""
