"""Reading what clients send: in a process of its own, with limits, since a file may be anything."""
