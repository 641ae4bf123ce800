import './globals.ts';
import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util.js';
import { readRequest } from './protocol.ts';

/** What tfjs writes into the name of each spec that runs on the backend under test. */
const ENVIRONMENT = 'conformance-backend';

// The specs are declared for the environments known when their files load, so this file comes before them.
setTestEnvs([{ name: ENVIRONMENT, backendName: readRequest().backend, isDataSync: true, flags: {} }]);

/**
 * A spec's name without the environment's, so that it is the same on every backend, and whether the spec runs on the backend under test
 * at all.
 *
 * @param fullName the name as Jasmine knows it
 */
export function specName(fullName: string): { name: string; onBackend: boolean } {
  const name = fullName.replace(` ${ENVIRONMENT} {}`, '');
  return { name, onBackend: name !== fullName };
}
