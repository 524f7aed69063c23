"""The service's web server: health and metrics."""

from servicekit.web import health_app as create_app

__all__ = ["create_app"]
