"""Pictures painted level by level, and parts of a level painted anew."""
