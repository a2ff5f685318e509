"""The CDK app's stacks and constructs. Synthesizes offline: no Docker, no look-up, no account. Reads no environment."""
