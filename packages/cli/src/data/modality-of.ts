import { isVideo } from '../config/model-name.ts';
import { clipModality } from './clip-modality.ts';
import { imageModality } from './image-modality.ts';
import type { InputSize, Modality } from './modality.ts';

/** What a model of these sizes is trained on. */
export const modalityOf = (model: Pick<InputSize, 'frames'>): Modality =>
  isVideo(model) ? clipModality : imageModality;
