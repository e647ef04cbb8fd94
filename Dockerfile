# The job in a container: built with the Swift toolchain, shipped on a small Debian, run by an ordinary user.
#
#   docker build --tag etl-job .
#   docker run --rm --read-only --tmpfs /tmp --env DATABASE_URL --env PGPASSWORD --volume "$PWD/batches:/batches:ro" etl-job run
#
# It needs no writable file system but /tmp, and that only for standard input (`run -`), rows from SQL, and for --report and
# --metrics-file where they are put there.

FROM swift:6.3-bookworm AS builder
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpq-dev libsimdjson-dev libssl-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
# The dependencies change seldom: they are a layer of their own.
COPY Package.swift Package.resolved* ./
RUN swift package resolve
# Package.swift names the tests, so their folders have to be there.
COPY Sources Sources
COPY Tests Tests
RUN swift build --configuration release --static-swift-stdlib --product etl-job \
    && strip --output-file=/etl-job .build/release/etl-job

FROM debian:bookworm-slim AS job
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates libpq5 libsimdjson14 libssl3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin etl
COPY --from=builder /etl-job /usr/local/bin/etl-job
COPY migrations /usr/local/share/etl-job/migrations
# The label tells the truth, and the program finds its libraries here.
ARG VERSION=0.1.0
RUN built="$(etl-job --version)" \
    && if [ "$built" != "$VERSION" ]; then echo "error: VERSION is $VERSION, but etl-job says: $built" >&2; exit 1; fi
LABEL org.opencontainers.image.title="etl-job" \
      org.opencontainers.image.description="Turns raw model scores into percentiles within their industry, in PostgreSQL" \
      org.opencontainers.image.version="$VERSION"
USER 10001:10001
# Looks at the database that the environment names (DATABASE_URL or PG…), as one that --database-url names is unknown
# here. The first look comes after a minute, so that a load of seconds costs no second connection.
HEALTHCHECK --interval=60s --timeout=30s --start-period=60s --retries=3 CMD ["etl-job", "doctor", "--log-level", "error"]
# No shell in between: SIGTERM reaches the job, which rolls the batch in hand back and ends with 143.
ENTRYPOINT ["etl-job"]
