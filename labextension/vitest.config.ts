import { readFileSync } from 'node:fs';

import { defineConfig } from 'vitest/config';

/** Lab's packages import icons as text; the bundler that builds the extension does so too. */
const svg = {
  name: 'svg-as-text',
  enforce: 'pre' as const,
  load: (id: string) =>
    id.endsWith('.svg') ? `export default ${JSON.stringify(readFileSync(id, 'utf8'))}` : undefined
};

export default defineConfig({
  plugins: [svg],
  test: {
    environment: 'jsdom',
    include: ['test/**/*.test.{ts,tsx}'],
    setupFiles: ['test/setup.ts'],
    server: { deps: { inline: [/@jupyter/, /@lumino/, /@rjsf/, /lib0/, /yjs/] } }
  }
});
