# One image for office, portal, worker, beat and the migration job; docker-compose.yml says which of them a container is.
FROM python:3.11-slim-bookworm AS packages
COPY requirements/run.txt /tmp/run.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/run.txt

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin platform \
    && install --directory --owner platform --mode 0700 /data
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY . .
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATA_DIR=/data \
    DJANGO_SETTINGS_MODULE=credit_platform.settings.production
# Values that let the settings load; nothing is stored or sent, and none of them stays in the image.
RUN SECRET_KEY=build FIELD_KEYS=b:00 INDEX_KEY=00 DATABASE_URL=postgresql://build REDIS_URL=redis://build \
    python manage.py collectstatic --noinput
USER platform
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--no-ws", \
     "--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers", "--workers-kill-timeout", "8", \
     "credit_platform.wsgi:application"]
