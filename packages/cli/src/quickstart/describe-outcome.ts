import { percent } from '../finetune/validation-log.ts';
import { formatCount, formatDuration } from '../progress/format.ts';
import { formatColumns } from '../text/columns.ts';
import type { JudgedStage } from './judge-stages.ts';
import type { StageName } from './stages.ts';

const titles: Readonly<Record<StageName, string>> = {
  teacher: 'teacher',
  mae: 'student, masked autoencoder',
  amd: 'student, distilled (AMD)',
};

/** The end of the story: one table, and where everything is. */
export function describeOutcome({
  folder,
  judged,
  video = false,
}: {
  folder: string;
  judged?: readonly JudgedStage[];
  video?: boolean;
}): string {
  const places =
    `pictures  ${folder}/amd/pictures: original, what the student sees, what the teacher sees, the reconstruction${video ? '; .png are sheets of frames, .webp move' : ''}\n` +
    `weights   ${folder}/amd/checkpoints; masked-distill export ${folder}/amd --format ${video ? 'safetensors' : 'hf'} --out FOLDER takes them elsewhere\n`;
  if (!judged) {
    return `\n${places}the ${video ? 'videos' : 'images'} have no labels (class sub-folders would give them), so nothing was judged\n`;
  }
  const { judged: count, kind, classes } = judged[0]!;
  const rows = judged.map(({ name, encoder, steps, seconds, knn, linear }) => [
    titles[name],
    `${encoder.width} x ${encoder.depth}`,
    formatCount(steps),
    formatDuration(seconds),
    percent(knn),
    percent(linear),
  ]);
  const table = formatColumns([['', 'width x depth', 'steps', 'time', 'k-NN', 'linear probe'], ...rows], {
    right: [1, 2, 3, 4, 5],
  });
  const chance = `frozen features, judged by ${formatCount(count)} ${kind} of ${classes} classes that no model was trained on; chance is ${percent(1 / classes)}`;
  return `\n${table}  ${chance}\n\n${places}`;
}
