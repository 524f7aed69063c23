"""The technical plumbing that Sunshine's services share; no word of the domain in it."""
