import jasmineRequire from 'jasmine-core/lib/jasmine-core/jasmine.js';

/** The copy of Jasmine that the suite is declared in; importing this file sets the globals that the specs expect. */
export const jasmine = jasmineRequire.core(jasmineRequire);

/** Milliseconds that a spec may take. */
const SPEC_TIMEOUT = 20_000;

const env = jasmine.getEnv({ suppressLoadErrors: true });
Object.assign(globalThis, jasmineRequire.interface(jasmine, env));
jasmine.DEFAULT_TIMEOUT_INTERVAL = SPEC_TIMEOUT;
