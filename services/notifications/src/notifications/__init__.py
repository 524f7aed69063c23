"""Who is told: staff, rules, texts, notifications and their deliveries."""
