"""The demo model as torch modules, for training and measuring it without ComfyUI."""
