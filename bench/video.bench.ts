/**
 * How long a step of asymmetric masked distillation of clips takes at the authors' sizes: a ViT-B teacher and a ViT-S student on 16 frames of
 * 224 px, tubes of 0.75 and 0.90, decoder depth 4, generators of depth 2 at layers 6 and 12, batches of 1 and 2. With the teacher in float32
 * and in int8; against PyTorch, where a python3 has torch; and what is won by embedding only what is seen (the reference embeds every cube) and
 * by decoding half of the masked cubes (VideoMAE V2's running cells). Each in a process of its own, in turn, `--rounds` times over; of each the
 * quicker round counts.
 *
 * The targets are 0.90 of PyTorch's step with a float32 teacher and 0.67 with one in int8: 860 and 640 of the 959 ms that PyTorch 2.14 took
 * on a machine of two cores, batch 1.
 *
 *   npx tsx bench/video.bench.ts [--steps 12] [--rounds 2] [--threads 2] [--json file]
 */
import { amdBenchFlags, benchAmd } from './amd/bench-amd.ts';

const flags = amdBenchFlags(12);
for (const batch of [1, 2]) {
  console.log(`\nbatch ${batch}`);
  benchAmd({
    flags: { ...flags, json: flags.json?.replace(/(\.json)?$/, `-${batch}.json`) },
    sizes: {
      batch,
      frames: 16,
      tubelet: 2,
      imageSize: 224,
      patch: 16,
      ratio: 0.9,
      teacherRatio: 0.75,
      teacher: { width: 768, depth: 12, heads: 12 },
      student: { width: 384, depth: 12, heads: 6 },
      decoder: { width: 192, depth: 4, heads: 3 },
      layers: [6, 12],
      generatorDepth: 2,
    },
    works: {
      amd: { title: 'AMD step, float32 teacher', words: ['amd'] },
      amdInt8: { title: 'AMD step, int8 teacher', words: ['amd', '--freeze', 'int8'] },
      embedAll: { title: 'AMD step, every cube embedded', words: ['amd', '--embed', 'all'] },
      decodeHalf: { title: 'AMD step, running cells decoded', words: ['amd', '--decode', 'half'] },
      torch: { title: 'AMD step, PyTorch', words: 'torch' },
    },
    ratios: [
      { title: 'AMD step / PyTorch, float32 teacher (target 0.90)', of: 'amd', over: ['torch'] },
      { title: 'AMD step / PyTorch, int8 teacher (target 0.67)', of: 'amdInt8', over: ['torch'] },
      { title: 'embedding only what is seen / every cube', of: 'amd', over: ['embedAll'] },
      { title: 'decoding running cells / all that is masked', of: 'decodeHalf', over: ['amd'] },
    ],
  });
}
