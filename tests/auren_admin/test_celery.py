"""How Celery is set up: it wakes workers, and nothing that matters depends on it."""

import pytest
from celery.signals import worker_init, worker_shutting_down

from auren_admin import celery
from jobs import stopping


def test_without_redis_calls_are_files_in_the_data_folder(settings, tmp_path):
    settings.CELERY_BROKER_URL, settings.DATA_DIR = "", tmp_path
    set_up = celery.broker()
    assert set_up["broker_transport"] == "auren_admin.broker:Transport"
    assert set_up["broker_transport_options"]["data_folder_in"] == str(tmp_path / "wake-ups")
    assert set_up["broker_transport_options"]["polling_interval"] == 0.1


def test_with_redis_nothing_waits_long_for_it(settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    set_up = celery.broker()
    assert set_up["broker_url"] == "redis://127.0.0.1:1/0"
    assert set_up["broker_transport_options"]["socket_connect_timeout"] <= 1


def test_no_message_can_hold_code_and_none_is_acknowledged():
    assert celery.app.conf.accept_content == ["json"]
    assert all(queue.no_ack for queue in celery.app.conf.task_queues)


def test_running_jobs_learn_that_their_worker_stops(monkeypatch):
    monkeypatch.setattr(stopping, "flag", stopping.flag)
    worker_init.send(sender=None)
    assert not stopping.flag.is_set()
    worker_shutting_down.send(sender=None)
    assert stopping.flag.is_set()


@pytest.mark.parametrize("task", ["jobs.run"])
def test_the_task_is_known(task):
    celery.app.loader.import_default_modules()
    assert task in celery.app.tasks
