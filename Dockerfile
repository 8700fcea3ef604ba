# Leadgate in a container: `docker build -t leadgate .`, then `docker compose up`.
# Held by tests/house/test_container.py: it lints this file, and starts the same entry command without Docker.

FROM python:3.13-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
# Every wheel comes from the lock with its hash checked; nothing is resolved anew afterwards (--no-index).
COPY requirements.lock ./
RUN python -m pip wheel --require-hashes --no-deps --wheel-dir /wheels --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY gateway gateway
COPY connectors connectors
COPY consent consent
COPY audit audit
RUN python -m venv /build \
 && /build/bin/pip install --no-index --find-links /wheels hatchling \
 && /build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels .
# The tools of the lock stay behind: pip takes only what the product needs. It compiles, for a read-only container never could.
RUN python -m venv /opt/leadgate \
 && /opt/leadgate/bin/pip install --no-index --find-links /wheels leadgate \
 && /opt/leadgate/bin/pip uninstall --yes pip

FROM python:3.13-slim-bookworm AS runtime
RUN groupadd --system --gid 10001 leadgate \
 && useradd --system --uid 10001 --gid leadgate --no-create-home --home-dir /var/lib/leadgate leadgate \
 && install --directory --owner leadgate --group leadgate --mode 0700 /var/lib/leadgate /var/lib/leadgate-keys /var/lib/leadgate-sequencer
COPY --from=build /opt/leadgate /opt/leadgate
ENV PATH=/opt/leadgate/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    LEADGATE_DATA_DIR=/var/lib/leadgate
WORKDIR /var/lib/leadgate
USER 10001:10001
VOLUME ["/var/lib/leadgate"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/health/live', timeout=2)"]
ENTRYPOINT ["leadgate"]
CMD ["serve", "--host", "0.0.0.0"]
