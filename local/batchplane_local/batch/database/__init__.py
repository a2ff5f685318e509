"""What is kept on disk: a SQLite file with one writer, the claims since its last commit, and how a restart goes on."""
