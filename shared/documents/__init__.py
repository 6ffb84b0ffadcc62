"""Documents that are typeset: the process with limits that sets them."""
