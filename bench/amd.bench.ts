/**
 * How long a step of asymmetric masked distillation takes: a ViT-B teacher that sees half of an image and a ViT-S student that sees a
 * quarter, 224 px, batch 4, layers 6 and 12 aligned directly and through generators of depth 2, MAE's decoder. Against the sum of its parts,
 * each measured alone; with the teacher in float32 and in int8; and against PyTorch, where a python3 has torch. Each in a process of its own,
 * in turn, `--rounds` times over; of each the quicker round counts.
 *
 * The target 1.05 is for the step against its parts. Teacher forward and student MAE step leave out what the method adds to them, projections
 * and generators (forward, backward, AdamW), which is measured as a part of its own.
 *
 *   npx tsx bench/amd.bench.ts [--steps 12] [--rounds 2] [--threads 2] [--json file]
 */
import { amdBenchFlags, benchAmd } from './amd/bench-amd.ts';

benchAmd({
  flags: amdBenchFlags(12),
  sizes: {
    batch: 4,
    imageSize: 224,
    patch: 16,
    ratio: 0.75,
    teacherRatio: 0.5,
    teacher: { width: 768, depth: 12, heads: 12 },
    student: { width: 384, depth: 12, heads: 6 },
    decoder: { width: 512, depth: 8, heads: 16 },
    layers: [6, 12],
    generatorDepth: 2,
  },
  works: {
    teacher: { title: 'teacher forward, float32', words: ['teacher'] },
    teacherInt8: { title: 'teacher forward, int8', words: ['teacher', '--freeze', 'int8'] },
    mae: { title: 'student MAE step', words: ['mae'] },
    alignment: { title: 'projections and generators, a step', words: ['alignment'] },
    amd: { title: 'AMD step, float32 teacher', words: ['amd'] },
    amdInt8: { title: 'AMD step, int8 teacher', words: ['amd', '--freeze', 'int8'] },
    torch: { title: 'AMD step, PyTorch', words: 'torch' },
  },
  ratios: [
    { title: 'AMD step / (teacher forward + student MAE step)', of: 'amd', over: ['teacher', 'mae'] },
    {
      title: 'the same with projections and generators among the parts (target 1.05)',
      of: 'amd',
      over: ['teacher', 'mae', 'alignment'],
    },
    {
      title: 'int8: AMD step / (teacher forward + student MAE step)',
      of: 'amdInt8',
      over: ['teacherInt8', 'mae'],
    },
    {
      title: 'int8: the same with projections and generators',
      of: 'amdInt8',
      over: ['teacherInt8', 'mae', 'alignment'],
    },
    { title: 'AMD step, int8 / float32 teacher', of: 'amdInt8', over: ['amd'] },
    { title: 'AMD step / PyTorch, float32 teacher (target 0.90)', of: 'amd', over: ['torch'] },
    { title: 'AMD step / PyTorch, int8 teacher (target 0.70)', of: 'amdInt8', over: ['torch'] },
  ],
});
