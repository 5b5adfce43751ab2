"""Celery: Redis where CELERY_BROKER_URL names one, files in the data folder where not.

Celery only wakes workers up. What there is to do, and whether it was done, is in the database (`jobs`), so a
message that is lost, doubled or late costs a second at most, and nothing is asked of the broker but speed.
https://docs.celeryq.dev/en/stable/userguide/configuration.html
"""

import multiprocessing
import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "auren_admin.settings")

from celery import Celery
from celery.signals import setup_logging, worker_init, worker_process_shutdown, worker_shutting_down
from django.conf import settings
from kombu import Queue

from auren_admin.private import private_folder
from jobs import stopping
from tracing import spans

QUEUE = "auren"


def broker() -> dict[str, Any]:
    """Celery's settings for the broker."""
    if settings.CELERY_BROKER_URL:
        # A broker that does not answer is given up soon, and called again.
        options = {"socket_timeout": 5, "socket_connect_timeout": 1, "retry_on_timeout": False}
        return {
            "broker_url": settings.CELERY_BROKER_URL,
            "broker_transport_options": options,
            "worker_disable_prefetch": True,  # a call goes to a worker that is free
        }
    folder = private_folder(settings.DATA_DIR / "wake-ups")
    return {
        "broker_url": "filesystem://here",
        "broker_transport": "auren_admin.broker:Transport",
        "broker_transport_options": {
            "data_folder_in": str(folder),
            "data_folder_out": str(folder),
            "control_folder": str(folder),
            "polling_interval": 0.1,  # seconds
        },
    }


app = Celery("auren_admin")
app.conf.update(
    **broker(),
    task_default_queue=QUEUE,
    # Taken off the queue for good as they are read. With acknowledgements, a worker that could not send one while
    # Redis was away believed for ever after that it had its hands full.
    task_queues=[Queue(QUEUE, no_ack=True)],
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    timezone="UTC",
    beat_scheduler="jobs.dispatcher:Dispatcher",
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_connection_timeout=2,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_prefetch_multiplier=1,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    worker_redirect_stdouts=False,
)
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**kwargs: Any) -> None:
    """Celery leaves logging alone while someone listens here: Django's settings rule."""


@worker_init.connect
def share_stopping(**kwargs: Any) -> None:
    """Before a worker's processes are forked: what they all look at to learn that it is to stop."""
    stopping.flag = multiprocessing.Event()


@worker_shutting_down.connect
def put_jobs_back(**kwargs: Any) -> None:
    """Running jobs go back into the queue at their next note of progress instead of holding up the end."""
    stopping.flag.set()


@worker_process_shutdown.connect
def send_last_spans(**kwargs: Any) -> None:
    """A worker's process that was forked ends without what others do at their end."""
    spans.tracer().stop()
