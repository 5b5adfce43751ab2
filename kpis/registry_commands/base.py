"""Where an app puts its own subcommands of ``manage.py registry``.

An app adds subcommands by a module or package ``registry_commands`` that defines them; the command finds it
by Django's own ``autodiscover_modules`` (https://docs.djangoproject.com/en/5.2/ref/utils/), so that this app
need not know of the others.
"""

from django.utils.module_loading import autodiscover_modules

from contracts.commands.base import Subcommand, registered


def subcommands() -> list[Subcommand]:
    """Every installed app's subcommands, in the order of their names."""
    autodiscover_modules("registry_commands")
    return registered()
