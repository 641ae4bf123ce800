import { float } from '../graph/attributes.ts';
import type { Graph, GraphNode } from '../graph/graph.ts';
import { sameShape } from '../graph/recorder.ts';
import { GraphIndex } from './graph-index.ts';

/**
 * Layer normalisation written out, `(x − mean) · 1/√(variance + ε) · gain + offset` over the last axis, becomes one operator. The mean
 * and the inverse deviation that a gradient reads are that operator's further results.
 */
export function fuseLayerNorm(graph: Graph): void {
  const index = new GraphIndex(graph);
  const dropped = new Set<GraphNode>();
  for (const node of graph.nodes) {
    const match = node.op === 'Add' ? matchLayerNorm(graph, { index, node }) : undefined;
    if (!match) continue;
    for (const replaced of [match.mean, match.inverse]) dropped.add(replaced);
    node.op = 'LayerNormalization';
    node.inputs = [match.x, match.gain, match.offset];
    node.outputs = [node.outputs[0]!, match.mean.outputs[0]!, match.inverse.outputs[0]!];
    node.attributes = { axis: -1, epsilon: float(match.epsilon) };
  }
  graph.nodes = graph.nodes.filter((node) => !dropped.has(node));
}

interface LayerNormMatch {
  x: string;
  gain: string;
  offset: string;
  epsilon: number;
  mean: GraphNode;
  inverse: GraphNode;
}

function matchLayerNorm(
  graph: Graph,
  { index, node }: { index: GraphIndex; node: GraphNode },
): LayerNormMatch | undefined {
  const scaled = index.matched(node, (name) => index.producer(name, 'Mul'));
  if (!scaled) return undefined;
  const [scaledNode, , offset] = scaled;
  const unit = index.matched(scaledNode, (name) => index.producer(name, 'Mul'));
  if (!unit) return undefined;
  const [unitNode, , gain] = unit;
  const centred = index.matched(unitNode, (name) => index.producer(name, 'Sub'));
  if (!centred) return undefined;
  const [centredNode, centredName, inverseName] = centred;
  const x = centredNode.inputs[0]!;
  const mean = index.producer(centredNode.inputs[1]!, 'ReduceMean');
  const inverse = index.producer(inverseName, 'Reciprocal');
  const root = inverse && index.producer(inverse.inputs[0]!, 'Sqrt');
  const shifted = root && index.producer(root.inputs[0]!, 'Add');
  const variance = shifted && index.matched(shifted, (name) => index.producer(name, 'ReduceMean'));
  if (!mean || !inverse || !variance) return undefined;
  const [varianceNode, , epsilonName] = variance;
  const epsilon = graph.scalar(epsilonName);
  const square = index.producer(varianceNode.inputs[0]!, 'Mul');
  const width = graph.tensor(x).shape.at(-1)!;
  const isVector = (name: string) => sameShape(graph.tensor(name).shape, [width]);
  const isMatch =
    epsilon !== undefined &&
    mean.inputs[0] === x &&
    square?.inputs.every((name) => name === centredName) &&
    isVector(gain) &&
    isVector(offset) &&
    graph.tensor(x).type === 'float32' &&
    [mean, varianceNode].every((reduction) => isOverLastAxis(graph, reduction));
  return isMatch ? { x, gain, offset, epsilon, mean, inverse } : undefined;
}

function isOverLastAxis(graph: Graph, { inputs, attributes }: GraphNode): boolean {
  const axes = graph.tensor(inputs[1] ?? '')?.data;
  const rank = graph.tensor(inputs[0]!).shape.length;
  return attributes.keepdims === 1 && axes?.length === 1 && [rank - 1, -1].includes(Number(axes[0]));
}
