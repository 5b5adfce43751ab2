# AUREN Admin in a container.
#   docker build -t auren-admin .
#   docker run -p 8000:8000 -v auren:/data -e AUREN_SECRET_KEY_FILE=… -e AUREN_ALLOWED_HOSTS=… auren-admin
# docs/settings.md lists the settings.

FROM python:3.12-slim AS packages
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.12-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    AUREN_ENV=production \
    AUREN_HOST=0.0.0.0 \
    AUREN_DATA_DIR=/data \
    AUREN_STATIC_ROOT=/app/static
RUN useradd --system --uid 10001 --no-create-home auren && install -d -o auren -g auren /data
WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
# Collecting static files needs no real key or host; these are gone once it is done.
RUN AUREN_SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" AUREN_ALLOWED_HOSTS=localhost \
    python manage.py collectstatic --no-input --verbosity 0
USER auren
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ.get(\"PORT\", 8000)}/livez', timeout=2)"]
CMD ["python", "manage.py", "up"]
