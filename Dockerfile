# For a build that can be repeated, pin both to the digest of the image that you have checked: python:3.11-slim@sha256:...
FROM python:3.11-slim AS build
WORKDIR /src
# What runs has no pip of its own.
RUN python -m venv --without-pip /opt/server
COPY requirements.lock ./
RUN pip --python /opt/server/bin/python install --no-cache-dir --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY server server
COPY tools tools
COPY sandbox sandbox
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /dist . \
    && pip --python /opt/server/bin/python install --no-cache-dir --no-deps /dist/*.whl

FROM python:3.11-slim
# The HTTP client trusts the system's certificates.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin telnyx \
    && install --directory --owner=telnyx --mode=0700 /data
COPY --from=build /opt/server /opt/server
ENV PATH=/opt/server/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    TELNYX_MCP_DATA_DIR=/data
USER 10001
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
    CMD ["python", "-c", "import http.client, os; c = http.client.HTTPConnection('127.0.0.1', int(os.getenv('TELNYX_MCP_PORT', '8080')), timeout=3); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["telnyx-mcp-server"]
CMD ["serve", "--host", "0.0.0.0"]
