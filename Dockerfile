# A static binary for the builder's own architecture, alone in an empty image.

FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY Cargo.toml Cargo.lock README.md ./
COPY src src
COPY fixtures/seed fixtures/seed
COPY docs docs
COPY tests/docs tests/docs
COPY image image
# --target keeps the static C runtime away from build scripts and macros, which must load dynamically. Most of
# what an idle server takes is pages of code: at a fixed address none has to be relocated at the start, and what the start
# runs stands together, by the newer names, which tell one generic function from the next. Cargo does not know that the list is
# an input, so it is told that something has changed.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    target=$(rustc --print host-tuple) \
    && touch src/main.rs \
    && RUSTFLAGS='-C target-feature=+crt-static -C relocation-model=static -C symbol-mangling-version=v0 -C link-arg=-Wl,-T,/src/image/first.ld' \
       cargo build --release --locked --bin fauxidp --target "$target" \
    && cp "target/$target/release/fauxidp" /fauxidp

FROM scratch
LABEL org.opencontainers.image.title="fauxidp" \
      org.opencontainers.image.description="A stand-in for the user APIs of MonoCloud, ZITADEL and jitsudo, for tests" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
COPY --from=build --chmod=0755 /fauxidp /fauxidp
USER 65532:65532
ENV FAUXIDP_LISTEN=0.0.0.0:8484
EXPOSE 8484
HEALTHCHECK --interval=5s --timeout=3s --start-period=2s --retries=3 CMD ["/fauxidp", "healthcheck"]
ENTRYPOINT ["/fauxidp"]
