"""Pictures larger than a model was made for."""
