/** Fails when a page makes its reader load more JavaScript than it may. Counts what the page names, and all that imports. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const DIST = new URL('../dist', import.meta.url).pathname;
/** KB of gzipped JavaScript: a phone on a bad network has 40, a desk beside its server has 150. */
const BUDGETS = { index: 8, login: 40, phone: 40, screen: 150, desk: 150 };

let isOver = false;
for (const [page, budget] of Object.entries(BUDGETS)) {
  const html = readFileSync(join(DIST, `${page}.html`), 'utf8');
  const size = [...reached([...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map((match) => match[1]))]
    .reduce((sum, path) => sum + gzipSync(readFileSync(join(DIST, path)), { level: 9 }).length, 0);
  const kb = size / 1024;
  isOver ||= kb > budget;
  console.log(`${page.padEnd(8)}${kb.toFixed(1).padStart(7)} KB of ${budget} KB  ${kb > budget ? 'OVER' : 'ok'}`);
}
process.exit(isOver ? 1 : 0);

/** Returns the scripts that `paths` are and import, each once. */
function reached(paths, seen = new Set()) {
  for (const path of paths) {
    if (seen.has(path)) continue;
    seen.add(path);
    const text = readFileSync(join(DIST, path), 'utf8');
    reached([...text.matchAll(/["'`]\.\/([\w.-]+\.js)["'`]/g)].map((match) => `assets/${match[1]}`), seen);
  }
  return seen;
}
