/** Fails when a page makes its reader load more JavaScript than it may. Counts what the page names, and all that imports. */

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const DIST = new URL('../dist', import.meta.url).pathname;
/** KB of gzipped JavaScript: a phone on a bad network has 40, a desk beside its server has 150. */
const BUDGETS = { index: 8, login: 40, phone: 40, screen: 150, desk: 150, admin: 150 };
/** The map in WebGL with its worker, which comes after the page and never to the phone. */
const MAP_BUDGET = 450;
/** What the phone loads after its first draw, kept by its worker too. */
const LATER_BUDGET = 16;
const LATER_CHUNK = /^later-.*\.js$/;
const MAP_CHUNK = /^(gl|maplibre-gl-worker)-.*\.js$/;

let isOver = false;
for (const [page, budget] of Object.entries(BUDGETS)) {
  const html = readFileSync(join(DIST, `${page}.html`), 'utf8');
  const paths = [...reached([...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map((match) => match[1]))];
  report(page, paths, budget);
  if (page === 'phone' && paths.some((path) => /maplibre/i.test(readFileSync(join(DIST, path), 'utf8')))) {
    console.log('phone names the map, which it must never load');
    isOver = true;
  }
}
const map = namesLike(MAP_CHUNK);
if (map.length !== 2) throw new Error(`the map has one chunk and one worker, not ${map.join(', ')}`);
report('map', map, MAP_BUDGET);
report('later', namesLike(LATER_CHUNK), LATER_BUDGET);
process.exit(isOver ? 1 : 0);

function namesLike(pattern) {
  return readdirSync(join(DIST, 'assets')).filter((name) => pattern.test(name)).map((name) => `assets/${name}`);
}

function report(name, paths, budget) {
  const kb = paths.reduce((sum, path) => sum + gzipSync(readFileSync(join(DIST, path)), { level: 9 }).length, 0) / 1024;
  isOver ||= kb > budget;
  console.log(`${name.padEnd(8)}${kb.toFixed(1).padStart(7)} KB of ${budget} KB  ${kb > budget ? 'OVER' : 'ok'}`);
}

/** Returns the scripts that `paths` are and import at once, each once. What comes later is `import("…")`. */
function reached(paths, seen = new Set()) {
  for (const path of paths) {
    if (seen.has(path)) continue;
    seen.add(path);
    const text = readFileSync(join(DIST, path), 'utf8');
    reached([...text.matchAll(/(?<!import\()["'`]\.\/([\w.-]+\.js)["'`]/g)].map((match) => `assets/${match[1]}`), seen);
  }
  return seen;
}
