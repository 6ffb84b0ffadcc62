"""One way to be uncertain and one way to plan: pure mathematics on numbers, the same in every service.

Amounts are in whatever unit the caller has; whether they may be negative is the caller's matter too. What cannot be
computed is a `ValueError` that says so; services put it in their words, as problems.
"""
