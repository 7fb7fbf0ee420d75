/** @type {import('next').NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
  // The workspace root, so that the build never guesses it from a lock file further up.
  turbopack: { root: new URL('../..', import.meta.url).pathname },
  experimental: {
    // For the standalone console that forwards /api: long questions and large bodies must pass (defaults: 30 s, 10 MB).
    proxyTimeout: 120_000,
    proxyClientMaxBodySize: '100mb',
  },
};

export default config;
