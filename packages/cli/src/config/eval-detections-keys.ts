import { key, optionalKey } from './key.ts';
import { real, text, whole } from './kinds.ts';

/** Every flag of `masked-distill eval-detections`. */
export const evalDetectionsKeys = {
  groundTruth: optionalKey(text('path'), { is: 'CSV file: video,second,x1,y1,x2,y2,action[,person]' }),
  labels: optionalKey(text('path'), { is: 'label map (.pbtxt): the classes that count (all of the ground truth)' }),
  exclude: optionalKey(text('path'), { is: 'CSV file of frames that do not count: video,second' }),
  iou: key(real({ above: 0, max: 1 }), {
    is: 'least overlap, intersection over union, of what is found',
    default: 0.5,
  }),
  detectionsPerFrame: key(whole(), { is: 'highest scores of a frame that count', default: 50 }),
  output: key(text('folder'), { is: 'folder of the results', default: 'detection-evaluation' }),
};
