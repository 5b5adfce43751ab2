#!/bin/sh
# What the image runs: a role by its name, or any command of manage.py. Each takes the place of this shell, so that
# the signal that stops a container reaches it.
set -eu

case "${1:-up}" in
web)  # pages only; `up` (the default), `worker` and `schedule` are commands of manage.py
  shift
  exec python manage.py up --web-only "$@"
  ;;
migrate)
  shift
  exec python manage.py migrate --no-input "$@"
  ;;
health)
  # Of the roles that listen on nothing, that their process runs is all there is to ask.
  if tr '\0' '\n' </proc/1/cmdline | grep -qx -e web -e up; then
    exec python -c 'import http.client, os, sys
server = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT") or 8000), timeout=3)
server.request("GET", "/livez")
sys.exit(server.getresponse().status != 200)'
  fi
  ;;
*)
  exec python manage.py "${@:-up}"
  ;;
esac
