"""The part of AWS Lambda on one machine: what hands messages, changes and ticks to the functions, and when."""
