# The API with its web pages. The database is the `db` service of docker-compose.yml.

FROM node:22-bookworm-slim AS web
WORKDIR /web
COPY web/package.json web/package-lock.json web/vendor.mjs ./
RUN npm ci --ignore-scripts --no-audit --no-fund && node vendor.mjs
COPY web/bundle.mjs ./
COPY web/static static
RUN node bundle.mjs

FROM python:3.11-slim-bookworm
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONPATH=/srv/gridmap \
    GRIDMAP_STATE_DIR=/var/lib/gridmap \
    GRIDMAP_HOST=0.0.0.0
WORKDIR /srv/gridmap
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes --no-deps --requirement requirements.lock
COPY api api
COPY gis gis
COPY migrations migrations
COPY web web
COPY data data
COPY --from=web /web/static/vendor web/static/vendor
COPY --from=web /web/static/bundle web/static/bundle
RUN useradd --system --create-home --home-dir /var/lib/gridmap gridmap
USER gridmap
EXPOSE 8000
# GRIDMAP_HOST: inside the container only; docker-compose.yml publishes 127.0.0.1.
CMD ["python", "-P", "-m", "gis.cli", "demo"]
