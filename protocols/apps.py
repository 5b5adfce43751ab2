"""Protocol runs as a Django app."""

from django.apps import AppConfig


class ProtocolsConfig(AppConfig):
    """Runs, steps, hand-offs, and what people said of them."""

    name = "protocols"
    verbose_name = "Protocol runs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have every episode open its run, and whatever is done with people or their data reach the runs."""
        from protocols import metrics  # noqa: PLC0415 - needs the models, which are there only now
        from protocols.services import opening  # noqa: PLC0415 - the same

        opening.join()
        metrics.join()
