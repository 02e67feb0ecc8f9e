"""Diagnosis: why a training does not learn.

Read `finding`, `case`, `cures`, `rules`, `diagnose`.
"""

from neurosim.diagnosis.diagnose import diagnose
from neurosim.diagnosis.finding import FINDINGS, Diagnosis, Finding

__all__ = ["FINDINGS", "Diagnosis", "Finding", "diagnose"]
