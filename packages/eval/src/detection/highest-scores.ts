import type { DetectedBox } from './boxes.ts';

/**
 * Keeps the detections of highest scores, however many there are. AVA's evaluation keeps them in a heap; this one orders them in the same
 * way, by score, then class, then top, left, bottom and right, so that it drops the same of equal scores: a newcomer that is no better than
 * the lowest is not let in, and of those inside the lowest goes.
 */
export class HighestScores {
  readonly #limit: number;
  readonly #heap: DetectedBox[] = [];

  /** @param limit how many are kept */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Lets one in, if it is high enough. */
  add(detection: DetectedBox): void {
    const heap = this.#heap;
    if (heap.length < this.#limit) {
      heap.push(detection);
      this.#rise(heap.length - 1);
    } else if (this.#limit > 0 && detection.score > heap[0]!.score) {
      heap[0] = detection;
      this.#sink();
    }
  }

  /** All that were kept, the highest score first; of equal scores in the heap's order. */
  descending(): DetectedBox[] {
    return this.#heap.toSorted((a, b) => b.score - a.score);
  }

  #rise(from: number): void {
    const heap = this.#heap;
    const item = heap[from]!;
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (compare(item, heap[parent]!) >= 0) break;
      heap[place] = heap[parent]!;
      place = parent;
    }
    heap[place] = item;
  }

  #sink(): void {
    const heap = this.#heap;
    const item = heap[0]!;
    let place = 0;
    for (let child = 1; child < heap.length; child = 2 * place + 1) {
      if (child + 1 < heap.length && compare(heap[child + 1]!, heap[child]!) < 0) child++;
      if (compare(item, heap[child]!) <= 0) break;
      heap[place] = heap[child]!;
      place = child;
    }
    heap[place] = item;
  }
}

function compare(a: DetectedBox, b: DetectedBox): number {
  return (
    a.score - b.score ||
    a.label - b.label ||
    a.box[1] - b.box[1] ||
    a.box[0] - b.box[0] ||
    a.box[3] - b.box[3] ||
    a.box[2] - b.box[2]
  );
}
