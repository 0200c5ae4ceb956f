"""What is sampled: rows, jobs, and the neighbouring methods."""
