"""Pictures that were made elsewhere, brought into a ladder: which lies in which, and where.

Nothing is trained for it. ``search`` looks for a shrunk picture in a wider one, ``refine`` says to
a fraction of a pixel where it lies, ``sure`` how far to believe it, ``chain`` finds the order.
"""
