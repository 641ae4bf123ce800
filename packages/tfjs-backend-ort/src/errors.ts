const MARK = Symbol.for('tfjs-backend-ort.error');

/** Every error this backend raises on its own. `instanceof` holds across duplicate installs. */
export class OrtBackendError extends Error {
  override readonly name: string = 'OrtBackendError';
  /** Marks the class across duplicate installs. */
  readonly [MARK] = true;

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && MARK in value;
  }
}
