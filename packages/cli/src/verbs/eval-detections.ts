import { evalDetectionsKeys } from '../config/eval-detections-keys.ts';
import type { Verb } from '../program.ts';
import { addVerbFlags, readVerbFlags } from './verb-flags.ts';

/** `eval-detections`: AVA's frame-mAP of a file of detections. */
export const evalDetectionsVerb: Verb = (program, environment) => {
  const command = program
    .command('eval-detections')
    .description("measure a file of action detections by AVA's frame-mAP")
    .usage('<detections.csv> --ground-truth <ground-truth.csv> [flags]')
    .argument('<detections>', 'a CSV file: video,second,x1,y1,x2,y2,action,score');
  addVerbFlags(command, evalDetectionsKeys);
  command.action(async (detections: string) => {
    const { evaluateDetections } = await import('../detect/evaluate-detections.ts');
    await evaluateDetections({ detections, ...readVerbFlags(command, evalDetectionsKeys) }, environment);
  });
};
