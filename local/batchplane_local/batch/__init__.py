"""AWS Batch on one machine: boto3's Batch client over an engine that really runs the jobs. Knows no plane."""

from batchplane_local.batch.client import REGION, EmbeddedBatch
from batchplane_local.batch.fault_injection.faults import Faults, FaultsRefused

__all__ = ["REGION", "EmbeddedBatch", "Faults", "FaultsRefused"]
