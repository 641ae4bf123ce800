// Starts a worker's TypeScript entry, its only argument, where no build is at hand, as in tests. Node 20 ignores a loader given by
// `--import` inside a worker, so that tsx is registered by hand. A built package never runs this.
import { register } from 'tsx/esm/api';

register();
await import(process.argv[2]);
