"""Submissions: what a person asks for, from the body of `POST /jobs` to the words of SubmitJob. Does no I/O."""
