# A static binary for the builder's own architecture, alone in an empty image.

FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY Cargo.toml Cargo.lock README.md ./
COPY src src
COPY fixtures/seed fixtures/seed
COPY tests/docs tests/docs
# --target keeps the static C runtime away from build scripts and macros, which must load dynamically. At a fixed address
# nothing has to be relocated at the start, which saves memory. The time stamps of copied files may be older than the cache's.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    target=$(rustc --print host-tuple) \
    && touch src/main.rs \
    && RUSTFLAGS='-C target-feature=+crt-static -C relocation-model=static' \
       cargo build --profile dist --locked --bin fauxidp --target "$target" \
    && cp "target/$target/dist/fauxidp" /fauxidp

FROM scratch
ARG VERSION=dev
ARG REVISION=unknown
ARG SOURCE=https://github.com/fauxidp/fauxidp
LABEL org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.source="$SOURCE" \
      org.opencontainers.image.title="fauxidp" \
      org.opencontainers.image.description="A stand-in for the user APIs of MonoCloud, ZITADEL and jitsudo, for tests" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
COPY --from=build --chmod=0755 /fauxidp /fauxidp
USER 65532:65532
ENV FAUXIDP_LISTEN=0.0.0.0:8484
EXPOSE 8484
HEALTHCHECK --interval=0.5s --timeout=3s --start-period=5s --retries=3 CMD ["/fauxidp", "healthcheck"]
ENTRYPOINT ["/fauxidp"]
