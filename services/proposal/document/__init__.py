"""Documents of a proposal: typst templates, the limited process that sets them, and the store that keeps them."""
