"""Who helps, and the help given: volunteers, matching, pairings, visits, hours."""
