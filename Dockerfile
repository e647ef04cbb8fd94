# Builds the job with the Swift toolchain; ships it on a small Debian, run by an ordinary user.
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
RUN swift build --configuration release --static-swift-stdlib --product etl-job
# The label below tells the truth.
ARG VERSION=0.1.0
RUN test "$(.build/release/etl-job --version)" = "$VERSION"

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates libpq5 libsimdjson14 libssl3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin etl
COPY --from=builder /src/.build/release/etl-job /usr/local/bin/etl-job
COPY migrations /usr/local/share/etl-job/migrations
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="etl-job" \
      org.opencontainers.image.description="Turns raw model scores into percentiles within their industry, in PostgreSQL" \
      org.opencontainers.image.version="$VERSION"
USER 10001:10001
ENTRYPOINT ["etl-job"]
