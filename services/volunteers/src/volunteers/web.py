"""The service's web face: health and metrics."""

from servicekit.web import health_app

create_app = health_app
