"""The files of jobs in the IOBucket: listed for people, lent to callers and runners."""
