"""The part of API Gateway on one machine: requests on a loopback port, to the same handler as on AWS."""
