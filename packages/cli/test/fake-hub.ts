import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A file of the model that a {@link startFakeHub} offers. */
export interface FakeFile {
  bytes: Uint8Array;
  /** Whether the hub keeps it outside git, with a SHA-256. */
  lfs?: boolean;
  /** The checksum that is promised; default the true one. */
  promised?: string;
}

/** A hub with one model, `org/name`, at commit aaaa…; tests change its fields. */
export interface FakeHub {
  url: string;
  files: Map<string, FakeFile>;
  /** What every request is answered with, when not undefined. */
  status?: number;
  /** Bytes after which a connection is cut, at each of the first answers; the rest is whole. */
  cuts: number[];
  /** Requests for content: file, and the range that was asked for. */
  requests: string[];
  /** The authorization of the last request. */
  authorization?: string;
  close(): Promise<void>;
}

export const COMMIT = 'a'.repeat(40);

/** Answers like the Hugging Face hub, as far as it is asked, on a port of this machine. */
export async function startFakeHub(): Promise<FakeHub> {
  const server = createServer((request, response) => {
    answer(hub, request, response).catch((error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hub: FakeHub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files: new Map(),
    cuts: [],
    requests: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return hub;
}

async function answer(hub: FakeHub, request: IncomingMessage, response: ServerResponse): Promise<void> {
  hub.authorization = request.headers.authorization;
  const json = (value: unknown, status = 200) => {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(value));
  };
  const path = new URL(request.url!, hub.url).pathname;
  if (hub.status !== undefined) return json({ error: 'no' }, hub.status);
  if (path.startsWith('/api/models/org/name/revision/')) return json({ _id: '1', id: 'org/name', sha: COMMIT });
  if (path === `/api/models/org/name/paths-info/${COMMIT}`) {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { paths } = JSON.parse(body) as { paths: string[] };
    return json(paths.filter((name) => hub.files.has(name)).map((name) => describeFile(name, hub.files.get(name)!)));
  }
  const name = path.replace(`/org/name/resolve/${COMMIT}/`, '');
  const file = hub.files.get(name);
  if (!file) return json({ error: 'Entry not found' }, 404);
  sendFile(hub, { name, file, range: request.headers.range }, response);
}

function sendFile(
  hub: FakeHub,
  { name, file, range }: { name: string; file: FakeFile; range?: string },
  response: ServerResponse,
): void {
  const { bytes } = file;
  const [from, to] = range
    ?.match(/^bytes=(\d+)-(\d+)$/)
    ?.slice(1)
    .map(Number) ?? [0, bytes.length - 1];
  const part = bytes.subarray(from!, to! + 1);
  response.writeHead(range ? 206 : 200, {
    ETag: '"1"',
    'Content-Length': part.length,
    ...(range ? { 'Content-Range': `bytes ${from}-${to}/${bytes.length}` } : {}),
  });
  if (to === 0) return void response.end(part); // The library asks for one byte to learn the size.
  hub.requests.push(`${name} ${range ?? 'whole'}`);
  const cut = name.endsWith('.json') ? undefined : hub.cuts.shift();
  if (cut === undefined) return void response.end(part);
  response.write(part.subarray(0, cut), () => setTimeout(() => response.destroy(), 20));
}

function describeFile(path: string, { bytes, lfs = false, promised }: FakeFile) {
  const git = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
  const oid = promised ?? createHash('sha256').update(bytes).digest('hex');
  return {
    path,
    type: 'file',
    size: bytes.length,
    oid: git,
    ...(lfs ? { lfs: { oid, size: bytes.length, pointerSize: 1 } } : {}),
  };
}
