"""A ComfyUI without a page: a server of our own or another's, a workflow, and what it makes."""
