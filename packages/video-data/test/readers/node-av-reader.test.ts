import { describeVideoReader } from '../support/describe-video-reader.ts';

await describeVideoReader('node-av');
