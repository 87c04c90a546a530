/** The server that the stories run against: the one `BASE_URL` names, else the development stand-in on the built pages. */

import { preview } from 'vite';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Without a slash at the end. In workers the variable of this name means something else to Vite. */
    server: string;
  }
}

export default async function serve(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env['BASE_URL'];
  if (given?.startsWith('http')) {
    project.provide('server', given.replace(/\/$/, ''));
    return undefined;
  }
  process.env['FAKE_PACE'] = '0';
  process.env['FAKE_CALM'] = '1';
  const root = new URL('..', import.meta.url).pathname;
  const server = await preview({ root, mode: 'fake', preview: { port: 0, host: '127.0.0.1' } });
  project.provide('server', server.resolvedUrls?.local[0]?.replace(/\/$/, '') ?? '');
  return () => server.close();
}
