"""Entry points, a module per subject; ``service`` puts them together."""
