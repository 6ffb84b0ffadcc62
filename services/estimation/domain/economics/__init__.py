"""Economics: what a project is worth to the one who pays for it, and to the one who does it.

Convention: the first flow is at time 0, money that comes in is positive. Computed in floating point, rounded once where
it leaves.
"""
