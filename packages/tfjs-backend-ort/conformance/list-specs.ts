import type { Spec } from 'jasmine-core/lib/jasmine-core/jasmine.js';
import { specName } from './environment.ts';

/** A spec of the suite. */
export interface ListedSpec {
  /** Jasmine's id of it. */
  id: string;
  /** Its name, the same on every backend and in every run. */
  name: string;
  /** Whether it runs on the backend under test. */
  onBackend: boolean;
}

/**
 * All specs in the order of their declaration. A name that tfjs-core gives twice is numbered from the second time on.
 *
 * @param root the suite that holds them
 */
export function listSpecs(root: Spec): ListedSpec[] {
  const times = new Map<string, number>();
  const leaves = (node: Spec): readonly Spec[] => node.children?.flatMap(leaves) ?? [node];
  return leaves(root).map((spec) => {
    const { name, onBackend } = specName(spec.getFullName());
    const time = (times.get(name) ?? 0) + 1;
    times.set(name, time);
    return { id: spec.id, name: time === 1 ? name : `${name} #${time}`, onBackend };
  });
}
