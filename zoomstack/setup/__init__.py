"""What must be there before a ComfyUI can start: its tree, its Python, its folders, a browser."""
