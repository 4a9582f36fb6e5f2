import { readFileSync } from 'node:fs';

import { defineConfig } from 'vitest/config';

/** Lab's packages import icons as text; the bundler that builds the extension does so too. */
const svg = {
  name: 'svg-as-text',
  enforce: 'pre' as const,
  load: (id: string) => (id.endsWith('.svg') ? `export default ${JSON.stringify(readFileSync(id, 'utf8'))}` : undefined)
};

export default defineConfig({
  plugins: [svg],
  // in Node their CommonJS form would be taken, whose default export is wrapped once more
  resolve: { alias: [{ find: /^(@rjsf\/(core|validator-ajv8))$/, replacement: '$1/lib/index.js' }] },
  test: {
    environment: 'jsdom',
    include: ['test/**/*.test.{ts,tsx}'],
    pool: 'threads',
    setupFiles: ['test/setup.ts'],
    server: { deps: { inline: [/@jupyter/, /@lumino/, /@rjsf/, /lib0/, /yjs/] } }
  }
});
