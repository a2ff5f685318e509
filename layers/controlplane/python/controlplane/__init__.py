"""The control plane itself: flat modules in the order the river runs.

errors · job · log · io_bucket · submission · batch · state_change · record · alert · reconcile · plane · edge/ · aws/
"""
