"""This service's web app: health and metrics, nothing else."""

from servicekit.web import health_app

create_app = health_app
