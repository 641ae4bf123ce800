/** Softmax regression in float64 by Newton's method with a full Hessian: slow, plain, and independent of what it judges. */
export function softmaxRegressionReference(
  rows: readonly (readonly number[])[],
  labels: readonly number[],
  { classes, weightDecay }: { classes: number; weightDecay: number },
): number[][] {
  const width = rows[0]!.length;
  const size = width * classes;
  const penalty = (place: number) => (place < (width - 1) * classes ? weightDecay : 0);
  let weights = new Array<number>(size).fill(0); // weight of column i for class c stands at i·C + c
  for (let round = 0; round < 50; round++) {
    const gradient = weights.map((value, place) => penalty(place) * value);
    // The bias has one free direction; a tiny ridge on it makes the system solvable and moves no probability.
    const hessian = weights.map((_, a) => weights.map((_, b) => (a === b ? penalty(a) + 1e-9 : 0)));
    rows.forEach((row, n) => {
      const scores = Array.from({ length: classes }, (_, c) =>
        row.reduce((sum, value, i) => sum + value * weights[i * classes + c]!, 0),
      );
      const exponentials = scores.map((score) => Math.exp(score - Math.max(...scores)));
      const total = exponentials.reduce((a, b) => a + b);
      const p = exponentials.map((value) => value / total);
      for (let a = 0; a < size; a++) {
        const [i, c] = [Math.floor(a / classes), a % classes];
        gradient[a]! += (row[i]! * (p[c]! - Number(labels[n] === c))) / rows.length;
        for (let b = 0; b < size; b++) {
          const [j, d] = [Math.floor(b / classes), b % classes];
          hessian[a]![b]! += (row[i]! * row[j]! * p[c]! * (Number(c === d) - p[d]!)) / rows.length;
        }
      }
    });
    const move = solve(hessian, gradient);
    weights = weights.map((value, place) => value - move[place]!);
  }
  return Array.from({ length: width }, (_, i) => weights.slice(i * classes, (i + 1) * classes));
}

/** Gaussian elimination with pivoting. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  const size = right.length;
  for (let i = 0; i < size; i++) {
    let pivot = i;
    for (let r = i + 1; r < size; r++) if (Math.abs(rows[r]![i]!) > Math.abs(rows[pivot]![i]!)) pivot = r;
    [rows[i], rows[pivot]] = [rows[pivot]!, rows[i]!];
    for (let r = 0; r < size; r++) {
      if (r === i) continue;
      const factor = rows[r]![i]! / rows[i]![i]!;
      for (let c = i; c <= size; c++) rows[r]![c]! -= factor * rows[i]![c]!;
    }
  }
  return rows.map((row, i) => row[size]! / row[i]!);
}
