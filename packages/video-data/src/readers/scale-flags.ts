/** How swscale scales, in all readers: the ffmpeg program's own choice, named so that no version's default changes it. */
export const SCALE_FLAGS = 'bicubic';
