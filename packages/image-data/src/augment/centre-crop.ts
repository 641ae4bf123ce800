import type { Box, ImageSize } from '../image.ts';

/** How to cut the middle out of a picture: resize a part of it, then keep a window of the result. */
export interface CentreCrop {
  /** The part of the picture that is resized; the whole of it unless it is extremely long. */
  readonly source: Box;
  /** What the part is resized to. */
  readonly resized: {
    /** Pixels in a row. */
    readonly width: number;
    /** Rows. */
    readonly height: number;
  };
  /** What is kept of that. */
  readonly window: Box;
}

/** A picture that would become longer than this is cut down first, so that a line of a million pixels costs nothing. */
const MAX_RESIZED_SIDE = 8192;

/**
 * Plans an evaluation crop: resize, keeping the aspect ratio, until the picture just covers `size / cropShare`, then keep the middle.
 *
 * @param image the upright picture's size
 * @param options.cropShare the crop's share of the covering frame's side: 0.875 crops 224 pixels out of 256
 */
export function planCentreCrop(
  image: { readonly width: number; readonly height: number },
  options: { readonly size: ImageSize; readonly cropShare: number },
): CentreCrop {
  const [height, width] = options.size;
  const scale = Math.max(
    Math.round(height / options.cropShare) / image.height,
    Math.round(width / options.cropShare) / image.width,
  );
  const source = middleBox(image, {
    width: Math.min(image.width, Math.ceil(MAX_RESIZED_SIDE / scale)),
    height: Math.min(image.height, Math.ceil(MAX_RESIZED_SIDE / scale)),
  });
  const resized = {
    width: Math.max(width, Math.round(source.width * scale)),
    height: Math.max(height, Math.round(source.height * scale)),
  };
  return { source, resized, window: middleBox(resized, { width, height }) };
}

/**
 * Plans one of ten crops: of a picture resized as for {@link planCentreCrop} the upper left, upper right, lower left and lower right
 * corner and the middle, then the mirror images of these five.
 *
 * @param options.place from 0 to 9
 */
export function planTenCrop(
  image: { readonly width: number; readonly height: number },
  options: { readonly size: ImageSize; readonly cropShare: number; readonly place: number },
): CentreCrop & { readonly isMirrored: boolean } {
  const plan = planCentreCrop(image, options);
  const corner = options.place % 5;
  const [right, bottom] = [plan.resized.width - plan.window.width, plan.resized.height - plan.window.height];
  const window =
    corner === 4 ? plan.window : { ...plan.window, left: (corner % 2) * right, top: corner < 2 ? 0 : bottom };
  return { ...plan, window, isMirrored: options.place >= 5 };
}

function middleBox(outer: { width: number; height: number }, inner: { width: number; height: number }): Box {
  return {
    left: Math.round((outer.width - inner.width) / 2),
    top: Math.round((outer.height - inner.height) / 2),
    ...inner,
  };
}
