// For `node --import`: a child process that computes nothing runs from source without tfjs's gradients, which Node can't load unbundled.
import { register } from 'node:module';

const EMPTY = 'data:text/javascript,';
const GRADIENTS = '@tensorflow/tfjs-core/dist/register_all_gradients.js';
const hook = `export const resolve = (name, context, next) =>
  name === '${GRADIENTS}' ? { url: '${EMPTY}', shortCircuit: true } : next(name, context);`;

register(EMPTY + encodeURIComponent(hook));
