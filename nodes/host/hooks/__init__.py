"""What hangs on a MODEL while it samples: wrappers, one file for each job."""
