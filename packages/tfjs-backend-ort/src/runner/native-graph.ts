import { OrtBackendError } from '../errors.ts';
import type { GraphValue } from './graph-value.ts';
import { readTypeAndShape } from './native-value.ts';
import { fixedBytes, type OrtApi } from './ort-api.ts';

type Role = 'Input' | 'Output';

/** What a session's graph says of its inputs or outputs. */
export function describeValues(api: OrtApi, { session, role }: { session: bigint; role: Role }): GraphValue[] {
  const count = Number(api.get(`SessionGet${role}Count`, session));
  return Array.from({ length: count }, (_, index) => describeValue(api, { session, role, index }));
}

/** C strings, and the array of their addresses that `Run` takes; the strings live as long as `keep`. */
export function nameTable(api: OrtApi, names: readonly string[]): { pointers: BigUint64Array; keep: Uint8Array } {
  const texts = names.map((name) => Buffer.from(`${name}\0`));
  const keep = new Uint8Array(fixedBytes(texts.reduce((sum, text) => sum + text.length, 0)));
  const pointers = new BigUint64Array(fixedBytes(8 * names.length));
  const start = api.addressOf(keep);
  let offset = 0;
  for (const [index, text] of texts.entries()) {
    keep.set(text, offset);
    pointers[index] = start + BigInt(offset);
    offset += text.length;
  }
  return { pointers, keep };
}

function describeValue(
  api: OrtApi,
  { session, role, index }: { session: bigint; role: Role; index: number },
): GraphValue {
  const text = api.get(`SessionGet${role}Name`, session, index, api.allocator);
  const name = api.readText(text);
  api.AllocatorFree(api.allocator, text);

  const info = api.get(`SessionGet${role}TypeInfo`, session, index);
  try {
    const tensorInfo = api.get('CastTypeInfoToTensorInfo', info);
    if (tensorInfo === 0n) throw new OrtBackendError(`createSession: ${name} is no tensor; only tensors go in and out`);
    const { type, shape } = readTypeAndShape(api, tensorInfo);
    // A value without any shape reads like a scalar here, so nothing is known of either; the runtime checks them.
    return { name, type, shape: shape.length === 0 ? undefined : shape };
  } finally {
    api.ReleaseTypeInfo(info);
  }
}
