import type { PickleMachine } from './pickle-types.ts';

type Opcode = (machine: PickleMachine) => void;

/** Ends a pickle; its value is on top of the stack. */
export const STOP = 0x2e;

const MAX_PROTOCOL = 5;

/** An integer of more bytes than this is no size, seed or count. */
const MAX_LONG_BYTES = 256;

const MARK = Symbol('a tuple of what lies above the mark');

/**
 * What each opcode of pickle protocols 2 to 5 does, as in CPython's Lib/pickletools.py. Left out are those of protocols 0 and 1,
 * the extension registry and out-of-band buffers, none of which torch writes.
 */
export const OPCODES: ReadonlyMap<number, Opcode> = new Map<number, Opcode>([
  // The frame around the values
  [0x80, protocol], // PROTO
  [0x95, (m) => void m.reader.uint64()], // FRAME: a hint for buffered readers
  [0x28, (m) => m.mark()], // MARK
  [0x30, (m) => void m.pop()], // POP
  [0x31, (m) => void m.popMark()], // POP_MARK
  [0x32, (m) => m.push(m.top())], // DUP

  // Single values
  [0x4e, (m) => m.push(null)], // NONE
  [0x88, (m) => m.push(true)], // NEWTRUE
  [0x89, (m) => m.push(false)], // NEWFALSE
  [0x4a, (m) => m.push(m.reader.int32())], // BININT
  [0x4b, (m) => m.push(m.reader.uint8())], // BININT1
  [0x4d, (m) => m.push(m.reader.uint16())], // BININT2
  [0x8a, (m) => m.push(long(m, m.reader.uint8()))], // LONG1
  [0x8b, (m) => m.push(long(m, m.reader.uint32()))], // LONG4
  [0x47, (m) => m.push(m.reader.float64())], // BINFLOAT

  // Text and bytes; Python 2 wrote its byte strings as the first two
  [0x55, (m) => m.push(m.reader.latin1(m.reader.uint8()))], // SHORT_BINSTRING
  [0x54, (m) => m.push(m.reader.latin1(m.reader.int32()))], // BINSTRING
  [0x8c, (m) => m.push(m.reader.utf8(m.reader.uint8()))], // SHORT_BINUNICODE
  [0x58, (m) => m.push(m.reader.utf8(m.reader.uint32()))], // BINUNICODE
  [0x8d, (m) => m.push(m.reader.utf8(m.reader.uint64()))], // BINUNICODE8
  [0x43, (m) => m.push(m.reader.bytes(m.reader.uint8()))], // SHORT_BINBYTES
  [0x42, (m) => m.push(m.reader.bytes(m.reader.uint32()))], // BINBYTES
  [0x8e, (m) => m.push(m.reader.bytes(m.reader.uint64()))], // BINBYTES8
  [0x96, (m) => m.push(m.reader.bytes(m.reader.uint64()))], // BYTEARRAY8

  // Containers
  [0x29, (m) => m.push(m.container([]))], // EMPTY_TUPLE
  [0x85, (m) => tuple(m, 1)], // TUPLE1
  [0x86, (m) => tuple(m, 2)], // TUPLE2
  [0x87, (m) => tuple(m, 3)], // TUPLE3
  [0x74, (m) => tuple(m, MARK)], // TUPLE
  [0x5d, (m) => m.push(m.container([]))], // EMPTY_LIST
  [0x61, (m) => append(m, [m.pop()])], // APPEND
  [0x65, (m) => append(m, m.popMark())], // APPENDS
  [0x7d, (m) => m.push(m.container(new Map()))], // EMPTY_DICT
  [0x73, (m) => setItems(m, [m.pop(), m.pop()].reverse())], // SETITEM
  [0x75, (m) => setItems(m, m.popMark())], // SETITEMS
  [0x8f, (m) => m.push(m.container(new Set()))], // EMPTY_SET
  [0x90, (m) => addItems(m, m.popMark())], // ADDITEMS
  [0x91, (m) => m.push(m.container(new Set(m.popMark())))], // FROZENSET

  // The memo
  [0x71, (m) => m.remember(m.reader.uint8())], // BINPUT
  [0x72, (m) => m.remember(m.reader.uint32())], // LONG_BINPUT
  [0x94, (m) => m.remember()], // MEMOIZE
  [0x68, (m) => m.push(m.recall(m.reader.uint8()))], // BINGET
  [0x6a, (m) => m.push(m.recall(m.reader.uint32()))], // LONG_BINGET

  // Objects: only what the allow-list knows
  [0x63, (m) => m.push(m.resolve(m.reader.line(), m.reader.line()))], // GLOBAL
  [0x93, stackGlobal], // STACK_GLOBAL
  [0x52, call], // REDUCE
  [0x81, call], // NEWOBJ
  [0x92, callWithKeywords], // NEWOBJ_EX
  [0x62, build], // BUILD
  [0x51, (m) => m.push(m.persistent(m.pop()))], // BINPERSID
]);

function protocol({ reader, fail }: PickleMachine) {
  const version = reader.uint8();
  if (version > MAX_PROTOCOL) fail(`is a pickle of protocol ${version}; 2 to ${MAX_PROTOCOL} can be read`);
}

/** A little-endian integer in two's complement: a number where it is exact, else a bigint. */
function long({ reader, fail }: PickleMachine, length: number): number | bigint {
  if (length > MAX_LONG_BYTES)
    fail(`has an integer of ${length} bytes in its pickle, more than the limit of ${MAX_LONG_BYTES}`);
  if (length === 0) return 0;
  const hex = Buffer.from(reader.bytes(length)).reverse().toString('hex');
  const value = BigInt.asIntN(8 * length, BigInt(`0x${hex}`));
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function tuple(m: PickleMachine, size: number | typeof MARK) {
  const items = size === MARK ? m.popMark() : Array.from({ length: size }, () => m.pop()).reverse();
  m.push(m.container(items));
}

function append(m: PickleMachine, items: readonly unknown[]) {
  const list = m.top();
  if (!Array.isArray(list)) return m.fail('has a pickle that appends to what is no list');
  for (const item of items) list.push(item);
}

function setItems(m: PickleMachine, items: readonly unknown[]) {
  const dict = m.top();
  if (!(dict instanceof Map)) return m.fail('has a pickle that sets an item of what is no dict');
  if (items.length % 2 !== 0) return m.fail('has a pickle with a key that lacks its value');
  for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
}

function addItems(m: PickleMachine, items: readonly unknown[]) {
  const set = m.top();
  if (!(set instanceof Set)) return m.fail('has a pickle that adds to what is no set');
  for (const item of items) set.add(item);
}

function stackGlobal(m: PickleMachine) {
  const name = m.pop();
  const module = m.pop();
  if (typeof module !== 'string' || typeof name !== 'string')
    return m.fail('has a pickle that names a global by what is no text');
  m.push(m.resolve(module, name));
}

function call(m: PickleMachine) {
  const args = m.pop();
  m.push(m.call(m.pop(), args));
}

function callWithKeywords(m: PickleMachine) {
  const keywords = m.pop();
  if (!(keywords instanceof Map) || keywords.size > 0)
    m.fail('has a pickle that calls with keyword arguments, which no state dict needs');
  call(m);
}

function build(m: PickleMachine) {
  const state = m.pop();
  m.setState(m.top(), state);
}
