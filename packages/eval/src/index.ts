export { type KnnOptions, knnAccuracy, type LabelledFeatures } from './knn.ts';
