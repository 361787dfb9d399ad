# The page, the binary, and nothing but the binary.
#
#   docker build -t rowport .
#   docker run -p 7878:7878 -v rowport-data:/var/lib/rowport -v ./rowport.toml:/etc/rowport/rowport.toml:ro rowport

FROM node:22-bookworm-slim AS page
WORKDIR /build/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web/ ./
RUN npm run build

FROM rust:1.95-bookworm AS binary
WORKDIR /build
COPY Cargo.toml Cargo.lock ./
COPY crates/ crates/
COPY --from=page /build/web/dist web/dist
RUN test -f web/dist/index.html \
    && cargo build --release --locked -p rowport \
    && mkdir -p /image/var/lib/rowport /image/etc/rowport

# No shell and no package manager: glibc, certificates, time zones, and a user who is not root.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=binary /build/target/release/rowport /usr/local/bin/rowport
COPY --from=binary --chown=nonroot:nonroot /image/ /
ENV ROWPORT_LOG_FORMAT=json
VOLUME /var/lib/rowport
EXPOSE 7878 9464
# The process says on SIGTERM that it is not ready any more, lets go of its work, and ends by itself.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["/usr/local/bin/rowport", "doctor", "--ready", "http://127.0.0.1:7878"]
WORKDIR /etc/rowport
ENTRYPOINT ["/usr/local/bin/rowport"]
CMD ["serve", "--listen", "0.0.0.0:7878", "--data-dir", "/var/lib/rowport"]
