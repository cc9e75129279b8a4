FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
    && useradd --system --home /app kartotek && mkdir -p /app/data && chown -R kartotek /app
COPY --from=build /src/target/release/kartotek /usr/local/bin/kartotek
USER kartotek
WORKDIR /app
EXPOSE 8080
ENTRYPOINT ["kartotek"]
CMD ["serve"]
