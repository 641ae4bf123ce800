/** The name of a video's frame as AVA's evaluation writes it: `video,0902`. */
export function frameName(video: string, second: number): string {
  return `${video},${String(second).padStart(4, '0')}`;
}
