import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/** Digest of the sources: the build hash of the footer, equal for equal sources. */
function sourceDigest(): string {
  const hash = createHash('sha256');
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => a.name.localeCompare(b.name))) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else hash.update(path.replaceAll('\\', '/')).update(readFileSync(path));
    }
  };
  process.chdir(import.meta.dirname);
  walk('src');
  hash.update(readFileSync('package-lock.json'));
  return hash.digest('hex').slice(0, 12);
}

const digest = sourceDigest();

export default defineConfig({
  plugins: [
    react(),
    {
      name: 'build-hash',
      transformIndexHtml: (html) => html.replace('%BUILD%', digest),
    },
  ],
  define: { __BUILD__: JSON.stringify(digest) },
  build: {
    outDir: '../build/ui',
    emptyOutDir: true,
    target: 'es2022',
    // The content policy of the server allows no data: scripts and fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 900,
  },
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(
      ['/v1', '/ipfs', '/chain.json'].map((path) => [path, { target: process.env.BOURSE_MARKET ?? 'http://127.0.0.1:8080', ws: true }]),
    ),
  },
  test: {
    include: ['tests/unit/**/*.test.{ts,tsx}'],
    environment: 'node',
    pool: 'threads',
    poolOptions: { threads: { maxThreads: 2 } },
    env: { TZ: 'UTC' },
  },
});
