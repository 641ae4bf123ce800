import { CONTRIB_DOMAIN } from '../graph/domains.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';
import type { Device } from '../runner/runner.ts';
import { dequantised } from './dequantised.ts';
import { geluWrittenOut } from './gelu-written-out.ts';
import { unfusedMatMul } from './unfused-mat-mul.ts';

/**
 * An operator beyond ONNX's own, which not every runner has. Kernels and passes use it freely; where it is missing, its fall-back is
 * written instead. An operator of a native library is one more entry, beside a pass that finds what it fuses.
 */
export interface SpecialOperator {
  /** Its domain. */
  readonly domain: string;
  /** Its name. */
  readonly op: string;
  /** Devices that have it. */
  readonly devices: readonly Device[];
  /** The same in ONNX's own operators: nodes in an order in which they can run, of which the last ones give the node's outputs. */
  fallback(graph: Graph, node: GraphNode): GraphNode[];
}

/** Every operator in use beyond ONNX's own. */
export const specialOperators: readonly SpecialOperator[] = [
  { domain: CONTRIB_DOMAIN, op: 'FusedMatMul', devices: ['cpu', 'cuda'], fallback: unfusedMatMul },
  { domain: CONTRIB_DOMAIN, op: 'Gelu', devices: ['cpu', 'cuda', 'webgpu'], fallback: geluWrittenOut },
  { domain: CONTRIB_DOMAIN, op: 'DynamicQuantizeMatMul', devices: ['cpu'], fallback: dequantised },
];
