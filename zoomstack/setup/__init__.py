"""What must be there before a ComfyUI can start: its tree, its Python, its folders, a browser.

Standard library only: this runs in the Python that a stranger has. What needs more runs in an
environment that is made here.
"""
