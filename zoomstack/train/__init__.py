"""Training the demo model: its pictures, its autoencoder, its transformer, its judge."""
