import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { readBaseline, writeBaseline } from './baseline.ts';
import { bundleSuite } from './bundle.ts';
import { BACKENDS } from './protocol.ts';
import { formatSummary, summarize } from './summary.ts';
import { superviseSuite } from './supervise.ts';

const { values } = parseArgs({
  options: {
    backend: { type: 'string', default: 'onnxruntime' },
    filter: { type: 'string', default: '' },
    json: { type: 'string' },
    'ignore-skips': { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    'write-baseline': { type: 'boolean', default: false },
  },
});
const { filter, json, verbose } = values;
const backend = BACKENDS.find((name) => name === values.backend) ?? unknownBackend(values.backend);
if (values['write-baseline'] && (backend !== 'wasm' || filter)) {
  throw new Error('conformance: --write-baseline needs --backend wasm and no --filter');
}

const tfjs: string = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve('@tensorflow/tfjs-core/package.json'), 'utf8'),
).version;
const bundle = await bundleSuite(backend);
const result = await superviseSuite(bundle, { backend, filter, verbose, ignoreSkips: values['ignore-skips'] });
if (values['write-baseline']) writeBaseline(tfjs, result);
const summary = summarize(result, { backend, tfjs, filter, baseline: readBaseline(tfjs) });
if (json) writeFileSync(json, `${JSON.stringify(summary, null, 2)}\n`);
console.log(formatSummary(summary, { inFull: verbose }));
process.exitCode = summary.ok ? 0 : 1;

function unknownBackend(name: string): never {
  throw new Error(`conformance: --backend is '${name}'; take one of ${BACKENDS.join(', ')}`);
}
