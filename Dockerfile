# AUREN Admin in a container: `make image`. docs/container.md tells how to run it.
# One image; its command chooses: up (all in one, the default), web, worker, schedule, migrate, or what manage.py has.

# Any base with Python 3.11 or newer and its venv module will do.
ARG BASE_IMAGE=python:3.13-slim-bookworm

FROM ${BASE_IMAGE} AS packages
COPY requirements.txt .
# Both secrets are for networks with a package index or a certificate authority of their own, and are there
# during this one command only: nothing of them is kept.
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    --mount=type=secret,id=ca.pem \
    python3 -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt \
    && /venv/bin/pip uninstall --quiet --yes pip

FROM ${BASE_IMAGE}
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    AUREN_ENV=production \
    AUREN_HOST=0.0.0.0 \
    AUREN_DATA_DIR=/data \
    AUREN_STATIC_ROOT=/app/static
# /export is for what `registry export --out /export` writes and others read, such as a Prometheus with the same volume.
RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent auren \
    && install -d -m 700 -o auren /data && install -d -m 755 -o auren /export
WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
# Collecting static files needs no real key or host; these are gone once it is done.
RUN install -m 755 scripts/container.sh /usr/local/bin/auren \
    && AUREN_SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
    AUREN_ALLOWED_HOSTS=localhost AUREN_DATA_DIR=/tmp/build \
    python manage.py collectstatic --no-input --verbosity 0 \
    && rm -r /tmp/build \
    && python -m compileall -q .
# By number, so that an orchestrator can tell that it is not root.
USER 10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["auren", "health"]
ENTRYPOINT ["auren"]
CMD ["up"]
