import type { RgbImage } from '@masked-distill/image-data';
import type { Reconstruction } from '@masked-distill/mae';
import type { AsymmetricMask } from '@masked-distill/masking';
import type { Backbone } from '@masked-distill/vit';

/** One column of a grid of pictures. */
export interface PictureView {
  /** What stands above it. */
  readonly title: string;
  /** The picture of one image. */
  of(reconstruction: Reconstruction, mask: AsymmetricMask): RgbImage;
}

/** Original, masked, reconstructed. */
export const reconstructionViews: readonly PictureView[] = [
  { title: 'original', of: ({ original }) => original },
  { title: 'masked', of: ({ masked }) => masked },
  { title: 'reconstructed', of: ({ reconstructed }) => reconstructed },
];

/** Original, what the student sees, what the teacher sees, reconstructed. */
export function teacherViews({ grid, patch }: Pick<Backbone, 'grid' | 'patch'>): readonly PictureView[] {
  const [original, masked, reconstructed] = reconstructionViews as [PictureView, PictureView, PictureView];
  /** The student's view with the tokens that only the teacher sees. */
  const withExtra = ({ original, masked }: Reconstruction, { extra }: AsymmetricMask): RgbImage => {
    const data = masked.data.slice();
    const row = patch.w * 3;
    for (const token of extra) {
      const [top, left] = [Math.floor(token / grid.w) * patch.h, (token % grid.w) * patch.w];
      for (let y = top; y < top + patch.h; y++) {
        const start = (y * masked.width + left) * 3;
        data.set(original.data.subarray(start, start + row), start);
      }
    }
    return { ...masked, data };
  };
  return [
    original,
    { ...masked, title: 'student sees' },
    { title: 'teacher sees', of: withExtra },
    { ...reconstructed, title: 'reconstruction' },
  ];
}
