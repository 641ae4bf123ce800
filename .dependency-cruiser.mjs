/** The one-way package rule: what each package's source may import of the others. Whatever is not named here is an error. */
const MAY_IMPORT = {
  base: [],
  masking: ['base'],
  'tfjs-backend-ort': [],
  'tensor-core': ['base', 'tfjs-backend-ort'],
  vit: ['base', 'masking', 'tensor-core'],
  mae: ['base', 'masking', 'tensor-core', 'vit'],
  'amd-distill': ['base', 'mae', 'masking', 'tensor-core', 'vit'],
  'image-data': ['base'],
  'video-data': ['base', 'image-data'],
  eval: ['base', 'tensor-core', 'vit'],
  train: ['base', 'tensor-core'],
  testing: [],
  cli: ['amd-distill', 'base', 'eval', 'image-data', 'mae', 'masking', 'tensor-core', 'train', 'video-data', 'vit'],
};

/** These run in data workers and are useful on their own, so no chain of imports may lead from them to a tensor library. */
const WITHOUT_TENSORS = ['base', 'masking', 'image-data', 'video-data'];

/** Who may import the image library. */
const MAY_IMPORT_SHARP = ['image-data', 'video-data', 'cli'];

const source = (...packages) => `^packages/(${packages.join('|')})/src/`;

const oneWay = Object.entries(MAY_IMPORT).map(([name, allowed]) => ({
  name: `one-way-${name}`,
  comment: `${name} may import ${allowed.length ? allowed.join(', ') : 'no other package'}`,
  severity: 'error',
  from: { path: source(name) },
  to: { path: '^packages/[^/]+/(?!node_modules/)', pathNot: source(name, ...allowed) },
}));

export default {
  forbidden: [
    ...oneWay,
    {
      name: 'known-package',
      comment: 'a new package needs its line in MAY_IMPORT',
      severity: 'error',
      from: { path: '^packages/', pathNot: `^packages/(${Object.keys(MAY_IMPORT).join('|')})/` },
      to: {},
    },
    {
      name: 'no-tensor-library',
      comment: `${WITHOUT_TENSORS.join(', ')} must not reach a tensor library, directly or through others`,
      severity: 'error',
      from: { path: source(...WITHOUT_TENSORS) },
      to: { path: '(^|/)(@tensorflow|onnxruntime-[a-z]+)/', reachable: true },
    },
    {
      name: 'images-through-image-data',
      comment: `only ${MAY_IMPORT_SHARP.join(', ')} may import sharp`,
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: source(...MAY_IMPORT_SHARP) },
      to: { path: '(^|/)sharp(/|$)' },
    },
    {
      name: 'no-deep-imports',
      comment: 'another package is imported by its name, through its `exports`',
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: { path: '^packages/', pathNot: '^packages/$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'no-cycles',
      comment: 'imports, of types too, go in one direction',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(packages/[^/]+/dist|coverage|docs/api|runs)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@masked-distill/source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.d.ts', '.json'],
    },
  },
};
