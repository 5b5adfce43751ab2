"""What this app adds to pages of the admin."""

from observability import noise_panel

noise_panel.join()
