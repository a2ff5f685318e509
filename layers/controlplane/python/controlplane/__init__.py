"""The control plane itself: stages in the order the river runs, each of which knows only those before it.

What all share: errors · throttling · fan_out · job · log · io_bucket · quota · deployment · caller.
What is spoken of: submissions/ · batch/ · records/ · documents/ · definitions/.
What is done, a folder for each verb: accepting/ · submitting/ · ending/ · recording/ · alerting/ · reconciling/ ·
viewing/ · files/. Then all ports together, `plane`, and the two shores: edge/ (AWS Lambda) and aws/ (botocore).
"""
