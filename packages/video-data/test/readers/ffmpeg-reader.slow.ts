import { describeVideoReader } from '../support/describe-video-reader.ts';

// The program takes a quarter of a second to start, and is started some hundred times.
await describeVideoReader('ffmpeg');
