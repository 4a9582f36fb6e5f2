/**
 * Says how many bytes the panels cost when JupyterLab starts, and fails beyond the limit.
 *
 * At the start the entry, the plugin and the styles are fetched; a document's code comes when it is opened.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const LIMIT = 150_000;
const folder = 'labextension/dist/static';
const sizes = new Map(
  readdirSync(folder)
    .filter(name => name.endsWith('.js'))
    .map(name => [name, gzipSync(readFileSync(join(folder, name))).length])
);
const remote = [...sizes.keys()].find(name => name.startsWith('remoteEntry'));
const entry = readFileSync(join(folder, remote), 'utf8');

/** The chunks that the entry asks for before it hands out the plugin and the styles. */
const needed = [...entry.matchAll(/"\.\/(?:index|style)":[^"]*/g)].join();
const ids = new Set([...needed.matchAll(/\.e\((\d+)\)/g)].map(([, id]) => id));
const atStart = [...sizes].filter(([name]) => name === remote || name === 'style.js' || ids.has(name.split('.')[0]));

const sum = list => list.reduce((total, [, size]) => total + size, 0);
const kilobytes = size => `${(size / 1000).toFixed(1)} KB`;
console.log(`panels: ${kilobytes(sum(atStart))} gzip at start, ${kilobytes(sum([...sizes]))} in all`);
if (atStart.length < 3 || sum(atStart) > LIMIT) {
  console.error(`At most ${kilobytes(LIMIT)} at start; found ${atStart.map(([name]) => name).join(', ')}.`);
  process.exit(1);
}
