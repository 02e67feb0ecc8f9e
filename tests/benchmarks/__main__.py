"""``python -m tests.benchmarks [WORKLOAD...]``, in a checkout."""

import sys

from tests.benchmarks.command import main

sys.exit(main())
