"""All that can be asked of jobs, mixed: arrays in parts, nodes, reruns, ends on request, deletions."""
