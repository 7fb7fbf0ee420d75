# One image for every service: docker-compose.yml says which of them a container runs.
FROM node:22-slim
WORKDIR /app
RUN mkdir /data && chown node:node /app /data
USER node
COPY --chown=node:node . .
RUN npm ci && npm run build && npm prune --omit=dev && npm cache clean --force
# Before anything loads: queries and inflating bodies must not wait for the same few threads.
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 UV_THREADPOOL_SIZE=16 PLUMBLINE_DATA_DIR=/data
EXPOSE 3000 4000
CMD ["node", "--max-semi-space-size=64", "apps/plumbline/bin/plumbline.mjs", "serve", "--host", "0.0.0.0"]
