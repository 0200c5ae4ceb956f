"""What fits to an autoencoder stand on, and how far to trust them."""
