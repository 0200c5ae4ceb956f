"""What is said of samples: columns, tables, sheets and a verdict."""
