import type { Fail } from './fail.ts';
import { quote } from './foreign-text.ts';
import type { PickleGlobal } from './pickle-types.ts';

/** The reader for each of NumPy's type codes that a learning rate, a step or an accuracy has. */
const READERS: ReadonlyMap<string, (view: DataView, littleEndian: boolean) => number | boolean> = new Map<
  string,
  (view: DataView, littleEndian: boolean) => number | boolean
>([
  ['f8', (view, littleEndian) => view.getFloat64(0, littleEndian)],
  ['f4', (view, littleEndian) => view.getFloat32(0, littleEndian)],
  ['i8', (view, littleEndian) => Number(view.getBigInt64(0, littleEndian))],
  ['i4', (view, littleEndian) => view.getInt32(0, littleEndian)],
  ['u1', (view) => view.getUint8(0)],
  ['b1', (view) => view.getUint8(0) !== 0],
]);

/** A NumPy dtype on its way through a pickle. */
class NumpyDtype {
  littleEndian = true;
  constructor(readonly code: string) {}
}

/**
 * NumPy's scalars: a cosine schedule kept as an array leaves them in an optimiser's parameter groups. They become plain numbers.
 */
export function numpyGlobals(fail: Fail): PickleGlobal[] {
  const dtype: PickleGlobal = {
    name: 'numpy.dtype',
    call([code]) {
      if (typeof code !== 'string' || !READERS.has(code))
        return fail(`holds a NumPy scalar of type ${quote(code)}, which can't be read`);
      return new NumpyDtype(code);
    },
    setState(value, state) {
      if (value instanceof NumpyDtype && Array.isArray(state)) value.littleEndian = state[1] !== '>';
    },
  };
  const scalar = (name: string): PickleGlobal => ({
    name,
    call([type, bytes]) {
      if (!(type instanceof NumpyDtype) || !(bytes instanceof Uint8Array) || bytes.length !== Number(type.code[1])) {
        return fail('holds a NumPy scalar without its bytes');
      }
      return READERS.get(type.code)!(new DataView(bytes.buffer, bytes.byteOffset), type.littleEndian);
    },
  });
  return [dtype, scalar('numpy.core.multiarray.scalar'), scalar('numpy._core.multiarray.scalar')];
}
