# docker build -t desklake .
FROM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN go build -trimpath -ldflags='-s -w' -o /out/desklake ./cmd/desklake \
    && mkdir /out/data

# DuckDB is linked by cgo: it needs glibc and libstdc++ of the same Debian, which this image has.
FROM debian:12.12-slim
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/desklake /usr/local/bin/desklake
COPY --from=build /src/LICENSE /src/THIRD_PARTY_NOTICES.txt /usr/share/doc/desklake/
COPY --from=build --chown=65532:65532 /out/data /data
# Nothing but /data is written to: the rest can be read-only.
ENV XDG_CACHE_HOME=/data/.cache
WORKDIR /data
USER 65532:65532
EXPOSE 8465
HEALTHCHECK --interval=30s --timeout=6s --start-period=10s CMD ["/usr/local/bin/desklake", "healthcheck", "-c", "/etc/desklake/config.yaml"]
ENTRYPOINT ["/usr/local/bin/desklake"]
CMD ["serve", "-c", "/etc/desklake/config.yaml"]
