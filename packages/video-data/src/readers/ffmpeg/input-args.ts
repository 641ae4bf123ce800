import type { VideoFileLocation } from '../video-reader.ts';
import { videoUrl } from '../video-url.ts';

/** What the demuxers may open: the file itself. A playlist can then not make them fetch anything. */
const PROTOCOLS = 'file,subfile,pipe';

/** The arguments that name a video. */
export function inputArgs(video: VideoFileLocation): string[] {
  return ['-protocol_whitelist', PROTOCOLS, '-i', video.kind === 'bytes' ? 'pipe:0' : videoUrl(video)];
}

/** The bytes that go to the program's standard input, if any. */
export function inputBytes(video: VideoFileLocation): { input?: Uint8Array } {
  return video.kind === 'bytes' ? { input: video.bytes } : {};
}

/** What a program's last message says, without the name of the file or of the part of FFmpeg that says it. */
export function reasonOf(messages: readonly string[], video: VideoFileLocation): string {
  const last = messages.at(-1) ?? 'no message';
  const url = video.kind === 'bytes' ? 'pipe:0' : videoUrl(video);
  const at = last.indexOf(`${url}: `);
  const reason = at < 0 ? last.replace(/^\[[^\]]*\]\s*/, '') : last.slice(at + url.length + 2);
  if (video.kind !== 'bytes') return reason;
  return `${reason}; what lies in memory is read from its beginning on, so write it to a file, or use the node-av reader`;
}
