import type { EncoderDescription, EncoderWeights } from '@masked-distill/vit';
import { formatCount } from '../progress/format.ts';
import { printable } from '../text/printable.ts';

/** An encoder's sizes on one line. */
export function describeEncoder(description: EncoderDescription): string {
  const { kind, width, depth, heads, headsFrom, patch, grid, classToken, mlpRatio, finalNorm } = description;
  const video = kind === 'video';
  const size = video ? `cubes of ${patch.t}x${patch.h}x${patch.w}` : `patches of ${patch.h}x${patch.w}`;
  const sides = grid && (video ? `${grid.t}x${grid.h}x${grid.w}` : `${grid.h}x${grid.w}`);
  return [
    `${kind}s, width ${width}, ${depth} block${depth === 1 ? '' : 's'}`,
    heads === undefined ? 'heads not said' : `${heads} heads (by ${headsFrom})`,
    ...(mlpRatio === 4 ? [] : [`MLP ratio ${mlpRatio}`]),
    `${size} px${sides ? `, grid ${sides}` : ', grid not said'}`,
    classToken ? 'class token' : 'no class token',
    ...(finalNorm ? [] : ['no final norm']),
  ].join(', ');
}

/** What a file holds beside its encoder, by the first parts of the names. */
export function describeDropped({ headDropped, unused }: Pick<EncoderWeights, 'headDropped' | 'unused'>): string {
  const names = [...headDropped, ...unused];
  if (names.length === 0) return 'nothing';
  const modules = new Map<string, number>();
  for (const name of names) {
    const [first, second] = name.split('.') as [string, string?];
    const module = first === 'encoder' && second ? `${first}.${second}` : first;
    modules.set(module, (modules.get(module) ?? 0) + 1);
  }
  const parts = [...modules].map(([module, count]) =>
    count === 1 ? printable(module) : `${printable(module)} (${formatCount(count)} tensors)`,
  );
  return parts.slice(0, 8).join(', ') + (parts.length > 8 ? ', …' : '');
}
