const MARK = Symbol.for('tfjs-backend-ort.error');

/** Every error this backend raises on its own. `instanceof` holds across duplicate installs. */
export class OrtBackendError extends Error {
  /** The class's name. */
  override readonly name: string = 'OrtBackendError';
  /** Marks the class across duplicate installs. */
  readonly [MARK] = true;

  /** Whether a value is such an error, made by this copy of the class or by another. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && MARK in value;
  }
}
