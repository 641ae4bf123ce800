/** Bytes before the numbers: room for any shape within reach, and a multiple of 64 as the format asks. */
export const NPY_HEADER_BYTES = 128;

/**
 * The beginning of a NumPy file (format 1.0) of little-endian float32 in row-major order. Its length does not depend on the shape, so that
 * it can be written again once the number of rows is known.
 */
export function npyHeader(shape: readonly number[]): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sizes}), }`;
  const header = new Uint8Array(NPY_HEADER_BYTES).fill(0x20);
  header.set([0x93, ...Buffer.from('NUMPY', 'latin1'), 1, 0]);
  new DataView(header.buffer).setUint16(8, NPY_HEADER_BYTES - 10, true);
  header.set(Buffer.from(dictionary, 'latin1'), 10);
  header[NPY_HEADER_BYTES - 1] = 0x0a;
  return header;
}
