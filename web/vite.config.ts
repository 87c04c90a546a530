/**
 * Five pages and a chooser, flat: the server gives `/screen` as `screen.html`, and so on.
 * `--mode phone` builds the phone alone beside the others: sharing scripts with them would make it carry
 * what only they use, and it is the one page that has to come over a bad network.
 */

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { runnerImport, type Connect, type Plugin } from 'vite';

const PAGES = ['index', 'login', 'screen', 'desk', 'admin'];
const SERVER = process.env['BASE_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig(async ({ mode }) => ({
  appType: 'mpa' as const,
  plugins: [svelte(), flatPages(), mode === 'fake' ? await fakeServer() : []],
  build: {
    // Phones in the field are old; the runtime must not need what they lack.
    target: mode === 'phone' ? 'es2019' : 'es2020',
    cssTarget: ['chrome80', 'safari13'],
    emptyOutDir: mode !== 'phone',
    // A strict content policy allows no data: URLs for scripts and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // scripts/budget.mjs knows how large each part may be.
    chunkSizeWarningLimit: 1_500,
    rolldownOptions: {
      input: Object.fromEntries((mode === 'phone' ? ['phone'] : PAGES).map((page) => [page, `${page}.html`])),
    },
  },
  server: mode === 'fake' ? {} : { proxy: { '/api': { target: SERVER, ws: true } } },
  // `css`: the palette's test reads the stylesheet.
  test: { include: ['src/**/*.test.ts'], css: true },
}));

/** Gives `/screen` as `screen.html` in development, as the server does. */
function flatPages(): Plugin {
  const rewrite: Connect.NextHandleFunction = (request, _response, next) => {
    const [path = '', query] = (request.url ?? '').split('?');
    if (['phone', ...PAGES].includes(path.slice(1))) request.url = `${path}.html${query === undefined ? '' : `?${query}`}`;
    next();
  };
  return {
    name: 'flat-pages',
    configureServer: (server) => void server.middlewares.use(rewrite),
    configurePreviewServer: (server) => void server.middlewares.use(rewrite),
  };
}

/** The development server's stand-in for the real one; loaded only where it is asked for. */
async function fakeServer(): Promise<Plugin> {
  const { module } = await runnerImport<typeof import('./dev/fake')>('./dev/fake.ts');
  return module.fakeServer();
}
