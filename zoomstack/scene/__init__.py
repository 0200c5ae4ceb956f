"""What a zoom is: where its levels lie, and what they are called."""
