import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';

/**
 * The modules behind `@tensorflow/tfjs-core/dist/register_all_gradients.js`. tfjs publishes them without file extensions and outside
 * its main entry, so Node can't load them: they are bundled into tensor-core's build and loaded by Vite in tests.
 */
export const GRADIENT_MODULES = /@tensorflow[\\/]tfjs-core[\\/]dist[\\/](\w+[\\/])*\w+\.js$/;

/**
 * The code of one such module, with every name that the main entry exports too taken from there. What is left holds no engine and
 * no tensor class: a second copy of those would be a second engine.
 *
 * @param path a file that `GRADIENT_MODULES` matches
 */
export function gradientModule(path: string): string {
  if (/[\\/]engine\.js$/.test(path)) return `import { engine } from '${MAIN}';\nexport const ENGINE = engine();\n`;
  if (/[\\/]tensor\.js$/.test(path)) {
    return `import { Tensor } from '${MAIN}';\nexport const getGlobalTensorClass = () => Tensor;\n`;
  }
  return readFileSync(path, 'utf8').replace(/^import \{ (.+) \} from '.+';$/gm, (line, names: string) =>
    names.split(', ').every((name) => name in tf) ? `import { ${names} } from '${MAIN}';` : line,
  );
}

const MAIN = '@tensorflow/tfjs-core';
