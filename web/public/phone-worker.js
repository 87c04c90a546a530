/**
 * Lets the phone page open without a network: the page is taken from the network and kept, its assets carry
 * their content in their names and are kept for good, with those that they load later. Nothing under /api is ever touched.
 */

const SHELF = 'jiaoying-phone-1';
const PAGE = '/phone';
/** A network that has not answered by then is no network. */
const PATIENCE_MS = 4_000;

self.addEventListener('install', (event) => {
  event.waitUntil(refresh().then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (event.request.mode === 'navigate' && url.pathname === PAGE) event.respondWith(page());
  else if (url.pathname.startsWith('/assets/')) event.respondWith(asset(event.request));
});

/** Takes the page and everything that it names, and forgets the assets of older pages. */
async function refresh() {
  const shelf = await caches.open(SHELF);
  const response = await fetch(PAGE, { cache: 'no-cache' });
  if (!response.ok) throw new Error(`the page cannot be had: ${response.status}`);
  const text = await response.clone().text();
  const assets = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((match) => match[1]);
  // Grows as it is walked: a script names what it loads later.
  for (const path of assets) {
    if ((await shelf.match(path)) === undefined) await shelf.add(path);
    if (!path.endsWith('.js')) continue;
    for (const named of await namesIn(await shelf.match(path))) if (!assets.includes(named)) assets.push(named);
  }
  await shelf.put(PAGE, response.clone());
  for (const kept of await shelf.keys()) {
    const { pathname } = new URL(kept.url);
    if (pathname !== PAGE && !assets.includes(pathname)) await shelf.delete(kept);
  }
  return response;
}

/** Returns the scripts and style sheets that a script names: `./later-B1.js`, `assets/later-B1.css`. */
async function namesIn(script) {
  const text = await script.text();
  return [...text.matchAll(/["'`](?:\.|assets)\/([\w.-]+\.(?:js|css))["'`]/g)].map((match) => `/assets/${match[1]}`);
}

async function page() {
  const kept = await caches.match(PAGE, { cacheName: SHELF });
  if (kept === undefined) return refresh();
  const late = new Promise((resolve) => setTimeout(() => resolve(kept), PATIENCE_MS));
  return Promise.race([refresh().catch(() => kept), late]);
}

async function asset(request) {
  return (await caches.match(request, { cacheName: SHELF })) ?? fetch(request);
}
