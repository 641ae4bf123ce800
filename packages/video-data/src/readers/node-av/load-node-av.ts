import { firstLine } from '@masked-distill/image-data/loading';
import { ReaderNotFound } from '../reader-not-found.ts';

/** FFmpeg's libraries inside this process, through node-av's low-level interface. */
export interface NodeAv {
  /** Contexts, packets and frames. */
  readonly lib: typeof import('node-av/lib');
  /** FFmpeg's numbers. */
  readonly constants: typeof import('node-av/constants');
  /** FFmpeg's version. */
  readonly version: string;
}

/**
 * Imports node-av, which is an optional peer, and silences FFmpeg's messages, since faults of a file are told by errors.
 *
 * @throws ReaderNotFound when it is not installed or its native part does not load
 */
export async function loadNodeAv(): Promise<NodeAv> {
  try {
    const [lib, constants] = await Promise.all([import('node-av/lib'), import('node-av/constants')]);
    lib.Log.setLevel(constants.AV_LOG_QUIET);
    return { lib, constants, version: lib.getFFmpegInfo().version };
  } catch (cause) {
    const isAbsent = (cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
    throw isAbsent
      ? new ReaderNotFound('node-av', { reason: 'not installed', remedy: 'npm install node-av', cause })
      : new ReaderNotFound('node-av', {
          reason: `does not load (${firstLine(cause)})`,
          remedy: 'install it again on this platform',
          cause,
        });
  }
}
