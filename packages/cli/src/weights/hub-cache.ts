import { copyFile, mkdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { writeFileAtomic } from '@masked-distill/base/files';

/** Variables of the process that say where the hub and its cache are. */
export type HubVariables = Readonly<Record<string, string | undefined>>;

/**
 * One model's part of the cache that all programs of the hub share: contents under `blobs/` by their checksum, `snapshots/<commit>/` with
 * links to them, and `refs/` with the commit that a branch was last seen at.
 */
export class HubCache {
  readonly #root: string;

  /** Where the shared cache is, is said by HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME or XDG_CACHE_HOME, as for other programs of the hub. */
  constructor(repo: string, { HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, XDG_CACHE_HOME }: HubVariables) {
    const home = HF_HOME ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'huggingface');
    const cache = HF_HUB_CACHE ?? HUGGINGFACE_HUB_CACHE ?? join(home, 'hub');
    this.#root = join(cache, `models--${repo.replaceAll('/', '--')}`);
  }

  /** Where a file of a commit stands, or would; also a place to put one by hand, with a branch for the commit. */
  snapshot(commit: string, file: string): string {
    return join(this.#root, 'snapshots', commit, file);
  }

  /** Where a file's content stands, or would. */
  blob(checksum: string): string {
    return join(this.#root, 'blobs', checksum);
  }

  /** Whether a content is there, whole. */
  holds(checksum: string): Promise<boolean> {
    return isFile(this.blob(checksum));
  }

  /** A file that is there, of a revision, by the commit that it was last seen at or under its own name. */
  async find(revision: string, file: string): Promise<string | undefined> {
    const commit = await readFile(join(this.#root, 'refs', revision), 'utf8').catch(() => undefined);
    for (const each of [commit?.trim(), revision]) {
      if (each && (await isFile(this.snapshot(each, file)))) return this.snapshot(each, file);
    }
    return undefined;
  }

  /** Remembers which commit a branch or tag stands for. */
  async remember(revision: string, commit: string): Promise<void> {
    if (revision !== commit) await writeFileAtomic(join(this.#root, 'refs', revision), commit);
  }

  /** Makes a content the file of a commit. */
  async link(blob: string, snapshot: string): Promise<void> {
    await mkdir(dirname(snapshot), { recursive: true });
    await rm(snapshot, { force: true });
    // Where links are not to be had, as on Windows without its developer mode, a copy does.
    await symlink(relative(dirname(snapshot), blob), snapshot).catch(() => copyFile(blob, snapshot));
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isFile(),
    () => false,
  );
}
