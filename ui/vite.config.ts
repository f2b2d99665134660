import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeConfig } from '@lingui/conf';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import lingui from './lingui.config';
import { compileEnglish, languages, otherLanguages } from './tools/texts';

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

type Chunk = { fileName: string; name?: string; isDynamicEntry?: boolean; imports?: string[] };

/** Files of the application's chunk: the browser fetches them while the first script still runs. */
function ofApplication(bundle: Record<string, unknown>): string[] {
  const chunks = Object.values(bundle) as Chunk[];
  const files = new Set<string>();
  const take = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const each of chunks.find((chunk) => chunk.fileName === file)?.imports ?? []) take(each);
  };
  for (const chunk of chunks) if (chunk.name === 'app' && chunk.isDynamicEntry) take(chunk.fileName);
  return [...files];
}

/** The macros of the texts, for the page and for its threads. */
const texts = () => react({ babel: { plugins: [['@lingui/babel-plugin-lingui-macro', { stripMessageField: false, linguiConfig: makeConfig(lingui, { skipValidation: true }) }], compileEnglish] } });

// The clock times of the fixture are those of UTC. Threads have the zone of their process: it is set here, before there are any.
if (process.env.VITEST) process.env.TZ = 'UTC';

export default defineConfig({
  plugins: [
    texts(),
    otherLanguages(),
    {
      name: 'build-hash',
      transformIndexHtml: {
        order: 'post',
        handler: (html, { bundle }) => ({
          html: html.replace('%BUILD%', digest),
          tags: ofApplication(bundle ?? {}).map((file) => ({ tag: 'link', attrs: { rel: 'modulepreload', crossorigin: true, href: `/${file}` }, injectTo: 'head' as const })),
        }),
      },
    },
  ],
  define: { __BUILD__: JSON.stringify(digest), __LANGUAGES__: JSON.stringify(languages()) },
  worker: { format: 'es', plugins: () => [texts()] },
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
    // Machines that build beside the tests are slow; nothing here waits for time to pass.
    testTimeout: 60_000,
  },
});
