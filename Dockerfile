# Builds with the development tools, runs without them. DuckDB, which only reports need, is 70 MB of native code that a process
# facing the internet has no use for, so the image leaves it out; --build-arg OMIT=--omit=dev keeps it.
FROM node:20-bookworm-slim AS build
ARG OMIT="--omit=dev --omit=optional"
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build && npm sbom --sbom-format cyclonedx $OMIT > sbom.json
# Only what runs: production packages, and of uWebSockets.js only the binary of this platform and Node version.
RUN npm prune $OMIT \
 && find node_modules/uWebSockets.js/dist/bin -name '*.node' \
    ! -name "uws_linux_$(node -p 'process.arch + "_" + process.versions.modules').node" -delete \
 && rm -f dist/.tsbuildinfo

FROM node:20-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/var/lib/narrowcast
WORKDIR /app
COPY --from=build /app/package.json /app/sbom.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY config config
COPY fixtures/profiles fixtures/profiles
# The requests of `narrowcast certify`.
COPY fixtures/cases fixtures/cases
RUN mkdir -p "$DATA_DIR" && chown node:node "$DATA_DIR"
USER node
VOLUME /var/lib/narrowcast
EXPOSE 8080 9090
HEALTHCHECK --interval=5s --timeout=2s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.ADMIN_PORT || 9090) + '/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node itself is the process that gets SIGTERM, so that the drain runs.
CMD ["node", "--enable-source-maps", "dist/src/main.js", "serve"]
