"""Real time: requests, sockets, the doorbell, the hub."""
