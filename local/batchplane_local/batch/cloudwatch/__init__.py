"""CloudWatch Logs' calls that read logs, over the output of attempts."""
