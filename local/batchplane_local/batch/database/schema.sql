-- The whole state of one embedded Batch. Times are epoch milliseconds.

-- pad: the data folder's random id; generation: how many commits there were (see claims.py);
-- delivered: the last transition that somebody was told of; last_pruned: the highest row of a job that is no more.
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- Compute environments, queues, definitions and scheduling policies, as their Describe calls answer them. A deleted
-- one's key is never given again: jobs keep the key of their queue.
CREATE TABLE resource (
  key INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, name TEXT NOT NULL, document TEXT NOT NULL, UNIQUE (kind, name)
);

-- One row for one SubmitJob. key is the row of its job; a child, or a node, with index i has the job row key + 1 + i.
-- job_definition: name and revision. size: an array's children or a job's nodes; NULL for a single job.
CREATE TABLE submission (
  key INTEGER PRIMARY KEY, job_id TEXT NOT NULL UNIQUE, queue INTEGER NOT NULL, job_name TEXT COLLATE NOCASE NOT NULL,
  job_definition TEXT NOT NULL, share_identifier TEXT, size INTEGER, is_multi_node INTEGER NOT NULL,
  created_at INTEGER NOT NULL, document TEXT NOT NULL
);
-- What ListJobs walks along with each of its filters.
CREATE INDEX submission_by_name ON submission (queue, job_name COLLATE NOCASE, key DESC);
CREATE INDEX submission_by_definition ON submission (queue, job_definition, key);
CREATE INDEX submission_by_time ON submission (queue, created_at, key);
CREATE INDEX submission_by_share ON submission (queue, share_identifier, key) WHERE share_identifier IS NOT NULL;

-- One row for one job: single jobs, parents, children and nodes alike. status is the place in the order of the seven.
CREATE TABLE job (
  key INTEGER PRIMARY KEY, submission INTEGER NOT NULL, queue INTEGER, status INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, started_at INTEGER, stopped_at INTEGER, status_reason TEXT,
  is_cancelled INTEGER NOT NULL DEFAULT 0, is_terminated INTEGER NOT NULL DEFAULT 0
);
-- What ListJobs pages through and what a restart takes up again; children and nodes by their parent's key.
CREATE INDEX job_by_queue ON job (queue, status, key) WHERE queue IS NOT NULL;

-- Queues whose head can't start, why (blockage.py), and since when.
CREATE TABLE blocked (
  queue INTEGER PRIMARY KEY, job INTEGER NOT NULL, why INTEGER NOT NULL, since INTEGER NOT NULL
);

-- How an array's children stand: seven counts as JSON.
CREATE TABLE summary (submission INTEGER PRIMARY KEY, counts TEXT NOT NULL, updated_at INTEGER NOT NULL);

CREATE TABLE attempt (
  job INTEGER NOT NULL, attempt INTEGER NOT NULL, environment TEXT NOT NULL, slot INTEGER, started_at INTEGER,
  stopped_at INTEGER, exit_code INTEGER, reason TEXT, status_reason TEXT, PRIMARY KEY (job, attempt)
) WITHOUT ROWID;

-- The output of ended attempts; body is NULL where it was too much for a row and stays in a file.
CREATE TABLE log (
  job INTEGER NOT NULL, attempt INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
  marks TEXT NOT NULL, body BLOB, UNIQUE (job, attempt)
);
-- What FilterLogEvents walks along.
CREATE INDEX log_by_time ON log (first_at, job, attempt, last_at);

-- Jobs whose submissions were let go of, and whose rows are still to be deleted.
CREATE TABLE pruned (first INTEGER PRIMARY KEY, last INTEGER NOT NULL);

-- Transitions that nobody has been told of yet, a row for all of one commit (see outbox.py): the numbers of the first
-- and the last of them, in the order in which they happened.
CREATE TABLE outbox (last INTEGER PRIMARY KEY, first INTEGER NOT NULL, transitions BLOB NOT NULL);
