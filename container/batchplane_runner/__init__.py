"""The job runner: inputs in, one command, outputs out, and the command's own exit code.

It runs inside a job's container (or beside the embedded AWS Batch), needs nothing but Python 3.9 and its standard
library, and must never print the job's capability nor hand it to the command.
"""
