"""The demo: two workspaces with a believable past, and the card that says how to sign in to them."""
