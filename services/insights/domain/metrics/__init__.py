"""Figures over many opportunities: how presales does. One file for each family of figures; `definitions` lists them."""
