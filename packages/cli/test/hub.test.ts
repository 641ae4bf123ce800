import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { InputError, MaskedDistillError } from '@masked-distill/base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveWeights } from '../src/weights/resolve-weights.ts';
import { COMMIT, type FakeHub, startFakeHub } from './fake-hub.ts';
import { fakeClock, memoryOutput } from './kit.ts';

const weights = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 251);
const config = Buffer.from('{"num_attention_heads": 2}');

let hub: FakeHub;
let folder: string;
beforeEach(async () => {
  hub = await startFakeHub();
  folder = await mkdtemp(join(tmpdir(), 'hub-'));
  hub.files.set('model.safetensors', { bytes: weights, lfs: true });
  hub.files.set('config.json', { bytes: config });
});
afterEach(async () => {
  await hub.close();
  await rm(folder, { recursive: true, force: true });
});

const model = () => join(folder, 'models--org--name');
const resolve = (text = 'hf:org/name', variables = {}, options = {}) =>
  resolveWeights(text, { variables: { HF_ENDPOINT: hub.url, HF_HUB_CACHE: folder, ...variables }, ...options });

/** The error that a call throws: its class, and its text with the folder's and the hub's names taken out. */
async function refused(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => new Error('nothing was thrown'),
    (thrown) => thrown as Error,
  );
  const kind =
    error instanceof InputError ? 'InputError' : error instanceof MaskedDistillError ? 'error' : 'unexpected';
  return `${kind}: ${error.message.replaceAll(folder, '<cache>').replaceAll(hub.url, '<hub>')}`;
}

describe('resolveWeights of hf:', () => {
  it('downloads weights and configuration into the cache that programs of the hub share, once', async () => {
    const resolved = await resolve();
    const snapshot = join(model(), 'snapshots', COMMIT);
    expect(resolved.path).toBe(join(snapshot, 'model.safetensors'));
    expect(resolved.description).toBe('hf:org/name');
    expect(new Uint8Array(await readFile(resolved.path))).toEqual(weights);
    expect(await readFile(join(snapshot, 'config.json'))).toEqual(config);
    expect(await readFile(join(model(), 'refs/main'), 'utf8')).toBe(COMMIT);
    const sha256 = createHash('sha256').update(weights).digest('hex');
    expect((await readdir(join(model(), 'blobs'))).sort()).toContain(sha256);
    expect(await resolved.fingerprint()).toBe(`sha256:${sha256}`);
    expect(hub.requests).toEqual(['config.json whole', 'model.safetensors whole']);
    await resolve();
    expect(hub.requests).toHaveLength(2);
  });

  it('takes older weights where there are no newer, and a file by its name', async () => {
    hub.files.set('pytorch_model.bin', { bytes: weights, lfs: true });
    expect((await resolve('hf:org/name@v1/pytorch_model.bin')).path).toMatch(/pytorch_model\.bin$/);
    hub.files.delete('model.safetensors');
    expect((await resolve()).path).toMatch(/pytorch_model\.bin$/);
    hub.files.delete('pytorch_model.bin');
    expect(await refused(resolve())).toBe(
      'InputError: weights: hf:org/name has no model.safetensors or pytorch_model.bin; name its file: hf:org/name/<file>',
    );
  });

  it('goes on where a connection broke, at once', async () => {
    hub.cuts = [100_000, 50_000];
    const { path } = await resolve();
    expect(new Uint8Array(await readFile(path))).toEqual(weights);
    expect(hub.requests.filter((request) => request.startsWith('model'))).toEqual([
      'model.safetensors whole',
      expect.stringMatching(/^model\.safetensors bytes=\d{5,6}-299999$/),
      expect.stringMatching(/^model\.safetensors bytes=\d{5,6}-299999$/),
    ]);
  });

  it('goes on in the next run where this one gave up', async () => {
    hub.cuts = [120_000, 0, 0, 0, 0, 0];
    const message = await refused(resolve());
    const [, have] = message.match(
      /^error: .* model\.safetensors of hf:org\/name broke off at byte (\d+) of 300000 \(/,
    )!;
    expect(message).toMatch(/; run it again, it goes on from there$/);
    expect(Number(have)).toBeGreaterThan(0);
    hub.cuts = [];
    hub.requests = [];
    expect(new Uint8Array(await readFile((await resolve()).path))).toEqual(weights);
    expect(hub.requests).toEqual([`model.safetensors bytes=${have}-299999`]);
  });

  it('removes what is not as promised', async () => {
    const promised = '0'.repeat(64);
    hub.files.set('model.safetensors', { bytes: weights, lfs: true, promised });
    const found = createHash('sha256').update(weights).digest('hex');
    expect(await refused(resolve())).toBe(
      `InputError: weights: model.safetensors of hf:org/name has checksum ${found}, not ${promised} as the hub promised; it was removed, download it again`,
    );
    expect(await readdir(join(model(), 'blobs'))).toHaveLength(1); // config.json's
    // As is what an earlier attempt at another content left.
    hub.files.set('model.safetensors', { bytes: weights, lfs: true });
    await writeFile(join(model(), 'blobs', `${found}.incomplete`), 'x'.repeat(1000));
    expect(await refused(resolve())).toContain('it was removed, download it again');
    expect((await stat((await resolve()).path)).size).toBe(weights.length);
  });

  it.each([
    [
      401,
      'InputError: weights: the hub does not give hf:org/name to everyone (401), or there is no such model; accept its terms on <hub>/org/name and set HF_TOKEN to an access token',
    ],
    [
      403,
      'InputError: weights: the hub does not give hf:org/name to everyone (403), or there is no such model; accept its terms on <hub>/org/name and set HF_TOKEN to an access token',
    ],
    [404, 'InputError: weights: there is no hf:org/name on the hub, or no revision main of it (404)'],
    [503, 'InputError: weights: the hub answered 503 when asked for hf:org/name; try again later'],
  ])('explains an answer of %i', async (status, message) => {
    hub.status = status;
    expect(await refused(resolve())).toBe(message);
  });

  it('sends the access token that the process has', async () => {
    await resolve('hf:org/name', { HF_TOKEN: 'hf_test' });
    expect(hub.authorization).toBe('Bearer hf_test');
    expect(await refused(resolve('hf:org/name', { HF_TOKEN: 'mine' }))).toBe(
      'InputError: weights: HF_TOKEN is no access token of the hub, which begin with hf_; correct or unset it',
    );
  });

  it('takes what is there when the hub is out of reach, and else says where to put it', async () => {
    const gone = await startFakeHub();
    await gone.close();
    const offline = { HF_ENDPOINT: gone.url };
    const byHand = `download ${gone.url}/org/name/resolve/main/model.safetensors elsewhere, config.json with it, and save both in <cache>/models--org--name/snapshots/main`;
    expect(await refused(resolve('hf:org/name', offline))).toMatch(
      /^InputError: weights: hf:org\/name can't be fetched, the hub is out of reach \(.+\); download /,
    );
    expect(await refused(resolve('hf:org/name', offline))).toContain(byHand);
    expect(await refused(resolve('hf:org/name', { ...offline, HF_HUB_OFFLINE: '1' }))).toContain(
      '(HF_HUB_OFFLINE is set)',
    );
    const saved = join(model(), 'snapshots/main/model.safetensors');
    await mkdir(dirname(saved), { recursive: true });
    await writeFile(saved, 'by hand');
    expect((await resolve('hf:org/name', offline)).path).toBe(saved);
    const { path } = await resolve();
    expect((await resolve('hf:org/name', offline)).path).toBe(path);
    hub.status = 503;
    expect((await resolve(`hf:org/name@${COMMIT}`)).path).toBe(path);
  });

  it('shows how far a long download is', async () => {
    const [clock, stderr] = [fakeClock(), memoryOutput()];
    const slow: typeof fetch = (...words) => {
      clock.advance(11_000);
      return fetch(...words);
    };
    const now = () => {
      clock.advance(6_000);
      return clock.now();
    };
    await resolve('hf:org/name', {}, { environment: { stderr, now }, fetch: slow });
    expect(stderr.text).toMatch(/^downloading model\.safetensors: [\d.]+ k?B of 300\.0 kB$/m);
  });

  it('refuses what is no name of a model', async () => {
    for (const text of ['hf:name', 'hf:org/name/../../x', 'hf:', 'hf:org/name@/x']) {
      expect(await refused(resolve(text))).toBe(
        `InputError: weights: ${text} is not of the form hf:org/name[@revision][/file]`,
      );
    }
  });

  it('keeps the cache where other programs of the hub do', async () => {
    await resolve('hf:org/name', { HF_HUB_CACHE: undefined, HF_HOME: join(folder, 'home') });
    expect(await readdir(join(folder, 'home/hub'))).toEqual(['models--org--name']);
    await resolve('hf:org/name', { HF_HUB_CACHE: undefined, XDG_CACHE_HOME: join(folder, 'xdg') });
    expect(await readdir(join(folder, 'xdg/huggingface/hub'))).toEqual(['models--org--name']);
  });
});
