/**
 * What several nodes share, and the nodes: a real PostgreSQL, a real Redis and the real program on free ports. All of
 * it ends with the process that started it, however that ends.
 */

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Debian's own machines start these in a second; a busy one takes longer. */
const START_MS = 60_000;
/** The kernel ends a child with whoever started it. */
const WITH_ME = ['--pdeathsig', 'KILL'];

/** `$1` is the port. Stops the server and clears its folder away when nobody holds its input any more. */
const POSTGRES = `
set -u
port=$1
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$bin" ] || bin=$(dirname "$(command -v initdb 2>/dev/null)")
if [ ! -x "$bin/initdb" ]; then echo "PostgreSQL is missing: run .ci/setup (Debian: apt-get install postgresql)"; exit 1; fi
home=$(mktemp -d)
as=""
if [ "$(id -u)" = 0 ]; then chown postgres "$home"; as="runuser -u postgres --"; fi
cd "$home"
trap '$as "$bin/pg_ctl" stop -w -m immediate -D data >/dev/null 2>&1; cd /; rm -rf "$home"' EXIT
trap '' INT TERM HUP
$as "$bin/initdb" -D data -U jiaoying -A trust -E UTF8 --no-locale >initdb.log 2>&1 || { cat initdb.log; exit 1; }
$as "$bin/pg_ctl" start -w -t 30 -D data -l "$home/log" -o "-p $port -h 127.0.0.1 -k ''" >start.log 2>&1 || { cat start.log log; exit 1; }
echo ready
cat >/dev/null
`;

export interface Service {
  /** As a node's setting names it; a node's own is where its pages are. */
  url: string;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
}

/** Starts an empty PostgreSQL. */
export async function startPostgres(): Promise<Service> {
  const port = await freePort();
  // A group of its own: what interrupts the stories must not interrupt the clearing up.
  const shell = spawn('bash', ['-c', POSTGRES, 'postgres', String(port)], { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  await said(shell, 'PostgreSQL', /^ready$/m);
  return {
    url: `postgres://jiaoying@127.0.0.1:${port}/postgres?sslmode=disable`,
    kill: async () => {
      const over = ended(shell);
      shell.stdin.end();
      await over;
    },
  };
}

/** Starts an empty Redis, on the port that one before it had. */
export async function startRedis(before?: Service): Promise<Service> {
  const port = before === undefined ? await freePort() : new URL(before.url).port;
  const words = ['redis-server', '--port', String(port), '--bind', '127.0.0.1', '--save', ''];
  const redis = spawn('setpriv', [...WITH_ME, ...words], { stdio: ['ignore', 'pipe', 'inherit'], cwd: tmpdir() });
  await said(redis, 'Redis (install redis-server and util-linux: .ci/setup)', /Ready to accept connections/);
  return { url: `redis://127.0.0.1:${port}`, kill: () => killed(redis) };
}

export interface Node extends Service {
  /** Takes a list from a county's own file, beside the running node. */
  take(kind: string, csv: string): Promise<void>;
}

/**
 * Starts a node of the demonstration county; `shared` names its database and its Redis, else it is alone. `settings` are
 * those of a county's own file; `FOLDER` in them is a folder that is there.
 */
export async function startNode(binary: string, shared?: { database: Service; redis: Service }, settings = ''): Promise<Node> {
  const folder = mkdtempSync(join(tmpdir(), 'jiaoying-'));
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('JIAOYING_'));
  const log = join(folder, 'log');
  const env = {
    ...Object.fromEntries(others), JIAOYING_LISTEN: '127.0.0.1:0', JIAOYING_DATA_DIR: join(folder, 'data'),
    ...(shared === undefined ? {} : { JIAOYING_DATABASE_URL: shared.database.url, JIAOYING_REDIS_URL: shared.redis.url }),
  };
  const config = join(folder, 'own.toml');
  writeFileSync(config, settings.replaceAll('FOLDER', folder));
  const words = ['serve', '--demo', '--config', config];
  const node = spawn('setpriv', [...WITH_ME, binary, ...words], { stdio: ['ignore', 'pipe', openSync(log, 'w')], env });
  const greeting = said(node, 'the node', /http:\/\/([\d.:]+)\/screen/);
  const [, address] = await greeting.catch((cause: unknown) => {
    throw new Error(`${String(cause)} ${readFileSync(log, 'utf8').slice(-2_000)}`);
  });
  return {
    url: `http://${address}`,
    take: async (kind, csv) => {
      const file = join(folder, `${kind}.csv`);
      writeFileSync(file, csv);
      await promisify(execFile)(binary, ['import', kind, file], { env });
    },
    kill: async () => {
      await killed(node);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Returns the program that the stories of several nodes run. */
export function nodeBinary(): string {
  const binary = process.env['E2E_BINARY'];
  if (binary === undefined) throw new Error('E2E_BINARY is not set: run .ci/browser, or cargo build and name target/debug/jiaoying in it');
  if (!existsSync(binary)) throw new Error(`E2E_BINARY names ${binary}, which is not there: cargo build, or run .ci/browser`);
  return binary;
}

/** Plays the storm at a node, `speed` times as fast as it came, with its vehicles, crews and townships; returns as it begins, and ends with this process. */
export async function startDrill(binary: string, node: Node, speed: number): Promise<{ kill(): Promise<void> }> {
  const words = ['drill', '--url', node.url, '--speed', String(speed)];
  const drill = spawn('setpriv', [...WITH_ME, binary, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  await said(drill, 'the drill', /vehicles report to/);
  return {
    kill: async () => {
      const over = ended(drill);
      drill.kill('SIGKILL');
      await over;
    },
  };
}

/** Waits until a child has said something, and reads on so that it never waits for a reader. */
function said(child: ChildProcess, name: string, what: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let text = '';
    const fail = (why: string): void => reject(new Error(`${name} does not start: ${why} ${text.slice(-2_000)}`));
    const timer = setTimeout(() => fail('it says nothing'), START_MS);
    child.once('error', (cause) => fail(cause.message));
    child.once('exit', () => fail('it has ended'));
    child.stdout?.on('data', (part: Buffer) => {
      text = (text + part.toString('utf8')).slice(-10_000);
      const found = what.exec(text);
      if (found === null) return;
      clearTimeout(timer);
      resolve(found);
    });
  });
}

function killed(child: ChildProcess): Promise<void> {
  const over = ended(child);
  child.kill('SIGKILL');
  return over;
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => void child.once('exit', () => resolve()));
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address === null || typeof address === 'string' ? reject(new Error('no free port')) : resolve(address.port)));
    });
  });
}
