// tfjs-core's main entry registers no gradients under Node. They go into tfjs's one global registry, whoever imports them.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
