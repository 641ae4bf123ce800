import type { Dtype } from './dtypes.ts';
import type { Fail } from './fail.ts';
import { quote } from './foreign-text.ts';
import { numpyGlobals } from './numpy-scalars.ts';
import type { PickleGlobal, PickleWorld } from './pickle-types.ts';
import { storageTypes, TorchStorage } from './torch-storage.ts';
import { checkView, type ReadStorage, TorchTensor } from './torch-tensor.ts';

/** Tensors of one file may together take this many times the bytes of its storages (they may share them), and a little more. */
const MAX_SHARING = 16;
const FREE_BYTES = 64 * 2 ** 20;

const TORCH_DTYPES: Readonly<Record<string, Dtype | undefined>> = {
  float64: 'F64',
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint8: 'U8',
  uint16: 'U16',
  uint32: 'U32',
  uint64: 'U64',
  bool: 'BOOL',
};

/** Classes that state dicts mention and that nothing here calls. */
const NAMES_ONLY = ['torch.Tensor', 'torch.nn.parameter.Parameter', 'torch.nn.parameter.Buffer'];

/** Options of {@link torchWorld}. */
export interface TorchWorldOptions {
  fail: Fail;
  /** Turns a persistent id into its storage. */
  persistent: (id: unknown) => TorchStorage;
  readStorage: ReadStorage;
  /** Bytes of all storages of the file. */
  storageBytes: number;
  /** Counts what is copied. */
  spend: (amount: number) => void;
}

/**
 * The allow-list: every Python global that a torch checkpoint may name, with what stands in for it. It holds what state dicts,
 * optimiser states and training arguments are made of; each entry only arranges values, so the worst file can waste no more than
 * the pickle's limits allow.
 */
export function torchWorld(options: TorchWorldOptions): PickleWorld {
  const callable = [...tensorGlobals(options), ...containerGlobals(options), ...numpyGlobals(options.fail)];
  const dtypes = Object.keys(TORCH_DTYPES).map((name) => `torch.${name}`);
  const globals = new Map<string, unknown>([
    ...callable.map((global) => [global.name, global] as const),
    ...storageTypes().map((type) => [type.name, type] as const),
    ...[...dtypes, ...NAMES_ONLY].map((name) => [name, name] as const),
  ]);
  return { global: (name) => globals.get(name), persistent: options.persistent };
}

function tensorGlobals({ fail, readStorage, storageBytes }: TorchWorldOptions): PickleGlobal[] {
  let total = 0;
  const rebuild = (storage: unknown, [offset, shape, stride]: readonly unknown[], dtype?: Dtype) => {
    if (!(storage instanceof TorchStorage)) return fail('has a tensor without a storage');
    const known = dtype ?? storage.type.dtype;
    if (known === undefined) return fail('has a tensor without a type');
    const tensor = new TorchTensor(
      storage,
      checkView(storage, { dtype: known, offset, shape, stride }, fail),
      readStorage,
    );
    total += tensor.size;
    const limit = MAX_SHARING * storageBytes + FREE_BYTES;
    if (total > limit) fail(`has tensors of more than ${limit} bytes over ${storageBytes} bytes of storage, the limit`);
    return tensor;
  };
  const first = ([value]: readonly unknown[]) =>
    value instanceof TorchTensor ? value : fail('has a parameter without a tensor');
  const rebuilders: PickleGlobal[] = [
    { name: 'torch._utils._rebuild_tensor', call: ([storage, ...view]) => rebuild(storage, view) },
    { name: 'torch._utils._rebuild_tensor_v2', call: ([storage, ...view]) => rebuild(storage, view) },
    {
      name: 'torch._utils._rebuild_tensor_v3',
      call([storage, offset, shape, stride, , , dtype]) {
        const known = typeof dtype === 'string' ? TORCH_DTYPES[dtype.replace('torch.', '')] : undefined;
        return known === undefined
          ? fail('has a tensor without a type')
          : rebuild(storage, [offset, shape, stride], known);
      },
    },
    { name: 'torch._utils._rebuild_parameter', call: first },
    { name: 'torch._utils._rebuild_parameter_with_state', call: first },
  ];
  // A tensor with Python attributes, which are dropped.
  const typed: PickleGlobal = {
    name: 'torch._tensor._rebuild_from_type_v2',
    call([rebuilder, , args]) {
      const known = rebuilders.find((each) => each === rebuilder);
      return known === undefined || !Array.isArray(args)
        ? fail('has a tensor that is rebuilt in an unknown way')
        : known.call(args);
    },
  };
  return [...rebuilders, typed];
}

function containerGlobals({ fail, spend }: TorchWorldOptions): PickleGlobal[] {
  const items = (value: unknown = []): unknown[] => {
    if (value instanceof Map) return items([...value]);
    if (!Array.isArray(value) && !(value instanceof Set))
      return fail('has a pickle that makes a container of what is none');
    const list = Array.isArray(value) ? value : [...value];
    spend(list.length);
    return list;
  };
  const pairs = (value?: unknown) =>
    items(value).map((pair): [unknown, unknown] =>
      Array.isArray(pair) ? [pair[0], pair[1]] : fail('has a dict made of no pairs'),
    );
  const ordered: PickleGlobal = {
    name: 'collections.OrderedDict',
    call: ([value]) => new Map(pairs(value)),
    setState() {}, // A state dict's _metadata: versions of its modules.
  };
  const attributes: Omit<PickleGlobal, 'name'> = {
    call: () => new Map(),
    setState(value, state) {
      if (!(state instanceof Map)) fail('has a Namespace whose state is no dict');
      for (const [key, attribute] of state as Map<unknown, unknown>)
        (value as Map<unknown, unknown>).set(key, attribute);
      spend((state as Map<unknown, unknown>).size);
    },
  };
  const builtins = ['builtins', '__builtin__'].flatMap((module): PickleGlobal[] => [
    { name: `${module}.set`, call: ([value]) => new Set(items(value)) },
    { name: `${module}.frozenset`, call: ([value]) => new Set(items(value)) },
    { name: `${module}.list`, call: ([value]) => [...items(value)] },
    { name: `${module}.dict`, call: ([value]) => new Map(pairs(value)) },
  ]);
  return [
    ordered,
    { name: 'collections.defaultdict', call: () => new Map() },
    { name: 'collections.Counter', call: ([value]) => new Map(pairs(value)) },
    { name: 'argparse.Namespace', ...attributes },
    { name: 'types.SimpleNamespace', ...attributes },
    ...builtins,
    { name: 'torch.Size', call: ([value]) => [...items(value)] },
    {
      name: 'torch.device',
      call: ([type, index]) => (index === undefined ? quote(type) : `${quote(type)}:${quote(index)}`),
    },
    {
      // How protocol 2 writes bytes.
      name: '_codecs.encode',
      call([text, encoding]) {
        if (typeof text !== 'string' || encoding !== 'latin1')
          return fail('has bytes in its pickle that are not in latin1');
        spend(text.length);
        return new Uint8Array(Buffer.from(text, 'latin1'));
      },
    },
  ];
}
