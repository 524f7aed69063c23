"""Who needs help: households, their needs and the reviews of their eligibility."""
