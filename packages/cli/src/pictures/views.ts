import type { RgbImage } from '@masked-distill/image-data';
import type { Reconstruction } from '@masked-distill/mae';

/** One of the pictures that stand side by side of an image or of a frame. */
export interface PictureView {
  /** What stands beside it. */
  readonly title: string;
  /** The picture. */
  of(reconstruction: Reconstruction): RgbImage;
}

/** Original, masked, reconstructed. */
export const reconstructionViews: readonly PictureView[] = [
  { title: 'original', of: ({ original }) => original },
  { title: 'masked', of: ({ masked }) => masked },
  { title: 'reconstructed', of: ({ reconstructed }) => reconstructed },
];

/** Original, what the student sees, what the teacher sees, reconstructed. */
export const teacherViews: readonly PictureView[] = [
  { title: 'original', of: ({ original }) => original },
  { title: 'student sees', of: ({ masked }) => masked },
  { title: 'teacher sees', of: ({ teacherSees }) => teacherSees },
  { title: 'reconstruction', of: ({ reconstructed }) => reconstructed },
];
