"""Files, for real: other processes, killed processes, full and read-only drives."""
