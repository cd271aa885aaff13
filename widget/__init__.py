"""Everything that runs in a browser. The routes that serve it are in `web/`."""
