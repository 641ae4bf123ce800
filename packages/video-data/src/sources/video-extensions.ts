/** The file name extensions taken for videos, in lower case. */
export const VIDEO_EXTENSIONS: readonly string[] = [
  'mp4',
  'm4v',
  'mov',
  'mkv',
  'webm',
  'avi',
  'mpg',
  'mpeg',
  'ts',
  'm2ts',
  'mts',
  'wmv',
  'flv',
  '3gp',
  'ogv',
  'gif',
];

/** Whether a file name ends in one of {@link VIDEO_EXTENSIONS}, in whatever case. */
export function hasVideoExtension(name: string): boolean {
  const dot = name.lastIndexOf('.');
  return dot > 0 && VIDEO_EXTENSIONS.includes(name.slice(dot + 1).toLowerCase());
}
