"""A zoom that is worked on: some levels made anew, or made first, while the others are held.

Every deed is a stack some of whose levels are yet to be made (``draft``): ``again`` the same levels
once more, ``insert`` levels between two, ``extend`` at either end, ``branch`` another target in a
level, ``join`` two stacks by levels between them. Whoever paints makes the free ones, and
``settle`` makes one scene of them and the held. ``cut``, and joining without a bridge, need no
painter. All are geometry and tensors; where nothing is painted they are exact.
"""
