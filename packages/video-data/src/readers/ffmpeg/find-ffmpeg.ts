import { firstLine } from '@masked-distill/image-data/loading';
import { ReaderNotFound } from '../reader-not-found.ts';
import { versionLine } from './run-program.ts';

/** Where the programs are. */
export interface FfmpegPrograms {
  /** The program that decodes; default `ffmpeg`, looked for on the path. */
  readonly ffmpeg?: string;
  /** The program that lists packets; default `ffprobe`, looked for on the path. */
  readonly ffprobe?: string;
}

/** The programs, found. */
export interface FoundFfmpeg extends Required<FfmpegPrograms> {
  /** Its version, as it says itself. */
  readonly version: string;
  /** The option that makes it give frames as they come: `-fps_mode` from 5.1 on, `-vsync` before. */
  readonly frameRateOption: '-fps_mode' | '-vsync';
}

const REMEDY = 'install FFmpeg, for example by apt-get install ffmpeg, brew install ffmpeg or winget install ffmpeg';

/** Looks for the programs and asks for their version. @throws ReaderNotFound when one is not there or does not start */
export async function findFfmpeg(programs: FfmpegPrograms = {}): Promise<FoundFfmpeg> {
  const { ffmpeg = 'ffmpeg', ffprobe = 'ffprobe' } = programs;
  const [line] = await Promise.all([startOf(ffmpeg), startOf(ffprobe)]);
  const version = /version (\S+)/.exec(line)?.[1];
  if (version === undefined) {
    throw new ReaderNotFound('ffmpeg', { reason: `${ffmpeg} does not tell its version`, remedy: REMEDY });
  }
  // A version that is no number is one built from the newest source.
  const [, major, minor] = /^n?(\d+)\.(\d+)/.exec(version) ?? [];
  const isOld = major !== undefined && Number(major) * 100 + Number(minor) < 501;
  return { ffmpeg, ffprobe, version, frameRateOption: isOld ? '-vsync' : '-fps_mode' };
}

async function startOf(program: string): Promise<string> {
  try {
    return await versionLine(program);
  } catch (cause) {
    const isAbsent = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = isAbsent ? `there is no program ${program}` : `${program} does not start (${firstLine(cause)})`;
    throw new ReaderNotFound('ffmpeg', { reason, remedy: REMEDY, cause });
  }
}
