"""A real nginx in front of web servers, that keeps its connections to them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from faults.servers import Missing, Server, answers, spare_port, wait_until

CONFIGURATION = """
daemon off; {user} worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log info;
events {{ worker_connections 4096; }}
http {{
  access_log off; client_max_body_size 64m;
  client_body_temp_path {folder}/temp; proxy_temp_path {folder}/temp; fastcgi_temp_path {folder}/temp;
  uwsgi_temp_path {folder}/temp; scgi_temp_path {folder}/temp;
  upstream nodes {{ {nodes} keepalive 32; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://nodes; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
      {more}
    }}
  }}
}}
"""


class Nginx(Server):
    """nginx on a spare port, before the web servers on these ports. ``more`` are directives of its location."""

    def __init__(self, folder: Path, ports: Sequence[int], more: str = "") -> None:
        program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
        if program is None:
            raise Missing("nginx is not installed (Debian, Ubuntu: apt install nginx-light)")
        folder.mkdir(exist_ok=True)
        self.port, self.errors = spare_port(), folder / "nginx-error.log"
        nodes = " ".join(f"server 127.0.0.1:{port};" for port in ports)
        user = "user root;" if os.getuid() == 0 else ""
        configuration = folder / "nginx.conf"
        configuration.write_text(
            CONFIGURATION.format(folder=folder, user=user, nodes=nodes, port=self.port, more=more)
        )
        super().__init__([program, "-c", str(configuration), "-e", str(self.errors)], folder / "nginx.log")

    def start(self) -> None:
        super().start()
        wait_until(lambda: answers(self.port), 10, "nginx")
