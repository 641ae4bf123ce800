/**
 * How long judging 10,000 x 384 features takes: k-NN for 1,000 queries (k = 1, 5, 10, 20 at once), and the linear probe fitted to its optimum
 * or trained by SGD, all on two thirds signal, one third noise in 22 classes.
 *
 *   npx tsx bench/knn.bench.ts [samples] [queries] [width]
 */
import { createRng } from '@masked-distill/base';
import { knnAccuracies, type LabelledFeatures, linearProbe, sgdProbe } from '@masked-distill/eval';
import { useEngine } from '@masked-distill/tensor-core';

const [samples = 10_000, queries = 1000, width = 384] = process.argv.slice(2).map(Number);
const CLASSES = 22;
const engine = await useEngine();

function drawn(count: number, seed: number): LabelledFeatures {
  const centres = createRng(0, 'centres');
  const means = Float32Array.from({ length: CLASSES * width }, () => centres.normal());
  const rng = createRng(seed);
  const labels = Int32Array.from({ length: count }, (_, i) => i % CLASSES);
  const features = Float32Array.from({ length: count * width }, (_, i) => {
    const label = labels[Math.floor(i / width)]!;
    return 0.2 * means[label * width + (i % width)]! + rng.normal();
  });
  return { features, labels };
}

const sets = { train: drawn(samples, 1), test: drawn(queries, 2) };
const percent = (share: number) => `${(100 * share).toFixed(1)}%`;

async function time(name: string, work: () => Promise<string>): Promise<void> {
  const start = performance.now();
  const result = await work();
  console.log(`${name.padEnd(24)} ${((performance.now() - start) / 1000).toFixed(2).padStart(7)} s   ${result}`);
}

console.log(`${samples} x ${width} features, ${queries} queries, on ${engine.name}`);
const knn = async () => (await knnAccuracies(sets)).map(percent).join(' ');
await time('k-NN, first call', knn);
await time('k-NN', knn);
await time('linear probe, optimum', async () => percent((await linearProbe(sets)).top1));
await time('linear probe, SGD', async () => percent((await sgdProbe(sets)).top1));
