"""What a zoom is measured by: agreement, frames, colour, detail, and a report of them all.

Pictures are (N, 3, H, W) in [0, 1], one a level, widest first. The agreement in decibels is
``zoomstack.joint.blend.agreement``. ``align/`` measures where pictures from elsewhere lie.
"""
