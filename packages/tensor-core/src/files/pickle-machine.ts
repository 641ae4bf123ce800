import type { Fail } from './fail.ts';
import { quote } from './foreign-text.ts';
import { OPCODES, STOP } from './pickle-opcodes.ts';
import { createPickleReader, type PickleReader } from './pickle-reader.ts';
import type { PickleGlobal, PickleMachine, PickleWorld } from './pickle-types.ts';

/** The largest pickle that is read: fifty times that of a ViT-H with its optimiser, whose numbers lie elsewhere. */
export const MAX_PICKLE_BYTES = 32 * 2 ** 20;

/** Open brackets; Python's own pickler gives up at about as many. */
const MAX_DEPTH = 1000;

/** Values that a pickle keeps for later, of which a tensor needs about thirty. */
const MAX_MEMO = 2 ** 20;

/** Values on the stack at once. */
const MAX_STACK = 2 ** 20;

/** What a pickle may do altogether: one for each opcode, element or byte that it copies, {@link CONTAINER_WORK} for each container. */
const MAX_WORK = 2 ** 25;
const CONTAINER_WORK = 64;

/** A decoded pickle. */
export interface Unpickled {
  readonly value: unknown;
  /** The byte after its last. */
  readonly end: number;
}

/** Options of {@link unpickle}. */
export interface UnpickleOptions {
  /** What the pickle may reach; `spend` counts what its functions copy. */
  world: (spend: (amount: number) => void) => PickleWorld;
  fail: Fail;
  /** Where in the data the pickle starts. */
  start?: number;
}

/**
 * Decodes one Python pickle (protocols 2 to 5) without Python: containers become arrays, Maps and Sets, and only what `world` allows
 * can be named. Lists may contain themselves, as in Python.
 */
export function unpickle(data: Uint8Array, options: UnpickleOptions): Unpickled {
  const { start = 0 } = options;
  const fail: Fail = options.fail;
  const machine = createMachine(createPickleReader(data, start, fail), options);
  for (;;) {
    const at = machine.reader.position();
    const code = machine.reader.uint8();
    if (code === STOP) return { value: machine.pop(), end: at + 1 };
    const run = OPCODES.get(code);
    if (run === undefined)
      fail(`has opcode 0x${code.toString(16)} in its pickle at byte ${at}, which protocols 2 to 5 don't use`);
    machine.spend(1);
    run(machine);
  }
}

function createMachine(reader: PickleReader, options: UnpickleOptions): PickleMachine {
  const fail: Fail = options.fail;
  const stack: unknown[] = [];
  const marks: number[] = [];
  const memo = new Map<number, unknown>();
  const makers = new WeakMap<object, PickleGlobal>();
  let work = 0;
  const spend = (amount: number) => {
    work += amount;
    if (work > MAX_WORK) fail(`has a pickle that takes more than ${MAX_WORK} steps, the limit`);
  };
  const world = options.world(spend);
  const pop = () =>
    stack.length > (marks.at(-1) ?? 0) ? stack.pop() : fail('has a pickle that takes a value from an empty stack');
  return {
    reader,
    fail,
    spend,
    pop,
    push(value) {
      if (stack.length >= MAX_STACK) fail(`has a pickle with more than ${MAX_STACK} values on its stack, the limit`);
      stack.push(value);
    },
    top: () => (stack.length > 0 ? stack.at(-1) : fail('has a pickle that looks at an empty stack')),
    mark() {
      if (marks.length >= MAX_DEPTH) fail(`has a pickle nested deeper than ${MAX_DEPTH}, the limit`);
      marks.push(stack.length);
    },
    popMark: () => stack.splice(marks.pop() ?? fail('has a pickle that closes a bracket it did not open')),
    remember(index = memo.size) {
      if (memo.size >= MAX_MEMO) fail(`has a pickle that keeps more than ${MAX_MEMO} values, the limit`);
      memo.set(index, this.top());
    },
    recall: (index) =>
      memo.has(index) ? memo.get(index) : fail(`has a pickle that recalls value ${index}, which it never kept`),
    container(value) {
      spend(CONTAINER_WORK);
      return value;
    },
    resolve(module, name) {
      const full = `${module}.${name}`;
      const value = world.global(full);
      if (value !== undefined) return value;
      return fail(
        `names the Python global ${quote(full)}, which no state dict needs; nothing was run. Save model.state_dict() alone in PyTorch`,
      );
    },
    persistent: (id) => world.persistent(id),
    call(callee, args) {
      if (!isGlobal(callee)) fail('has a pickle that calls what is no function');
      if (!Array.isArray(args)) fail(`has a pickle that calls ${callee.name} without a tuple of arguments`);
      spend(CONTAINER_WORK);
      const value = callee.call(args);
      if (typeof value === 'object' && value !== null && !makers.has(value)) makers.set(value, callee);
      return value;
    },
    setState(value, state) {
      const maker = typeof value === 'object' && value !== null ? makers.get(value) : undefined;
      if (maker?.setState === undefined) fail('has a pickle that sets the state of a value that has none');
      maker.setState(value, state);
    },
  };
}

function isGlobal(value: unknown): value is PickleGlobal {
  return typeof value === 'object' && value !== null && typeof (value as Partial<PickleGlobal>).call === 'function';
}
