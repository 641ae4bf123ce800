import type * as hub from '@huggingface/hub';
import { InputError, MaskedDistillError } from '@masked-distill/base';
import { HubCache, type HubVariables } from './hub-cache.ts';
import { type HubReference, parseHubReference } from './hub-reference.ts';
import { downloadResumably } from './resumable-download.ts';
import { FOLDER_FILES } from './weights-files.ts';

/** What {@link fetchFromHub} asks of the world. */
export interface FetchFromHubOptions {
  /** Reaches the hub. */
  readonly fetch: typeof fetch;
  /** The process's variables: HF_HUB_CACHE, HF_HOME, HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE. */
  readonly variables: HubVariables;
  /** Hears of every advance of a download. */
  readonly onProgress?: (file: string, progress: { readonly done: number; readonly total: number }) => void;
}

/** What is fetched beside weights: it says what no tensor does. */
const COMPANIONS: readonly string[] = ['config.json', 'preprocessor_config.json'];
const COMMIT = /^[0-9a-f]{40}$/;

type Bytes = ReturnType<Parameters<typeof downloadResumably>[0]>;

/** A conversation about one reference. */
interface Session extends FetchFromHubOptions {
  readonly text: string;
  readonly reference: HubReference;
  readonly cache: HubCache;
  readonly library: typeof hub;
  /** What every request of the library takes. */
  readonly request: { hubUrl: string; fetch: typeof fetch; accessToken?: string };
}

/**
 * Fetches the weights of a model on the Hugging Face hub, and its configuration, into the cache that all programs of the hub share, unless
 * they are there. Without a network, what is there serves.
 *
 * @param text `hf:org/name[@revision][/file]`
 * @returns the file of weights
 * @throws InputError when the hub is out of reach, there is no such model or file, it is not open to all, or its content is not as promised
 * @throws MaskedDistillError when the download breaks off
 */
export async function fetchFromHub(text: string, options: FetchFromHubOptions): Promise<string> {
  const reference = parseHubReference(text);
  const { variables } = options;
  const cache = new HubCache(reference.repo, variables);
  const files = reference.file === undefined ? FOLDER_FILES : [reference.file];
  const cached = await firstOf(files, (file) => cache.find(reference.revision, file));
  // A commit never changes.
  if (cached && COMMIT.test(reference.revision)) return cached;
  const library = await import('@huggingface/hub');
  const hubUrl = (variables.HF_ENDPOINT ?? library.HUB_URL).replace(/\/$/, '');
  const accessToken = tokenOf(variables);
  const request = { hubUrl, fetch: options.fetch, ...(accessToken ? { accessToken } : {}) };
  const session: Session = { ...options, text, reference, cache, library, request };
  try {
    if (variables.HF_HUB_OFFLINE === '1') throw new Error('HF_HUB_OFFLINE is set');
    return await fetchFiles(session, files);
  } catch (error) {
    if (error instanceof MaskedDistillError) throw error;
    if (error instanceof library.HubApiError) throw refusal(error, session);
    if (cached) return cached;
    throw outOfReach(error as Error, { ...session, file: files[0]! });
  }
}

async function fetchFiles(session: Session, files: readonly string[]): Promise<string> {
  const { text, library, reference, cache, request } = session;
  const { repo: name, revision } = reference;
  const { sha } = await library.modelInfo({ ...request, name, revision, additionalFields: ['sha'] });
  const paths = [...files, ...COMPANIONS];
  const found = await library.pathsInfo({ ...request, repo: name, revision: sha, paths });
  const weights = await firstOf(files, async (file) => found.find(({ path }) => path === file));
  if (weights === undefined) {
    throw new InputError(`weights: ${text} has no ${files.join(' or ')}; name its file: hf:${name}/<file>`);
  }
  // The small ones first, so that weights that are there are never without.
  for (const info of [...found.filter(({ path }) => COMPANIONS.includes(path)), weights]) {
    await fetchFile(session, { info, commit: sha });
  }
  await cache.remember(revision, sha);
  return cache.snapshot(sha, weights.path);
}

async function fetchFile(session: Session, { info, commit }: { info: hub.PathInfo; commit: string }): Promise<void> {
  const { text, library, reference, cache, request, onProgress } = session;
  if (await cache.find(commit, info.path)) return;
  const value = info.lfs?.oid ?? info.oid;
  if (value === undefined) throw new InputError(`weights: the hub gives no checksum of ${info.path} of ${text}`);
  if (!(await cache.holds(value))) {
    const params = { ...request, repo: reference.repo, path: info.path, revision: commit };
    // Plain ranges of one connection, which can be continued where one broke off.
    const remote = await library.downloadFile({ ...params, xet: false });
    if (remote === null) throw new InputError(`weights: ${text} has no ${info.path} any more`);
    await downloadResumably((from) => remote.slice(from).stream() as Bytes, {
      name: `${info.path} of ${text}`,
      path: cache.blob(value),
      size: info.lfs?.size ?? info.size,
      checksum: { kind: info.lfs ? 'sha256' : 'git', value },
      onProgress: (progress) => onProgress?.(info.path, progress),
    });
  }
  await cache.link(cache.blob(value), cache.snapshot(commit, info.path));
}

function tokenOf({ HF_TOKEN }: HubVariables): string | undefined {
  if (HF_TOKEN && !HF_TOKEN.startsWith('hf_')) {
    throw new InputError('weights: HF_TOKEN is no access token of the hub, which begin with hf_; correct or unset it');
  }
  return HF_TOKEN || undefined;
}

function refusal(error: hub.HubApiError, { text, reference, request }: Session): InputError {
  const { statusCode: status } = error;
  const page = `${request.hubUrl}/${reference.repo}`;
  const cause = { cause: error };
  if (status === 401 || status === 403) {
    return new InputError(
      `weights: the hub does not give ${text} to everyone (${status}), or there is no such model; accept its terms on ${page} and set HF_TOKEN to an access token`,
      cause,
    );
  }
  if (status === 404) {
    return new InputError(
      `weights: there is no ${text} on the hub, or no revision ${reference.revision} of it (404)`,
      cause,
    );
  }
  return new InputError(`weights: the hub answered ${status} when asked for ${text}; try again later`, cause);
}

function outOfReach(error: Error, { text, reference, cache, request, file }: Session & { file: string }): InputError {
  const { repo, revision } = reference;
  const reason = error.cause instanceof Error ? error.cause.message : error.message;
  return new InputError(
    `weights: ${text} can't be fetched, the hub is out of reach (${reason}); download ${request.hubUrl}/${repo}/resolve/${revision}/${file} elsewhere, config.json with it, and save both in ${cache.snapshot(revision, '')}`,
    { cause: error },
  );
}

async function firstOf<T, R>(items: readonly T[], find: (item: T) => Promise<R | undefined>): Promise<R | undefined> {
  for (const item of items) {
    const found = await find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
