import { join } from 'node:path';
import { InputError } from '@masked-distill/base';
import { readSafetensors, type TensorData } from '@masked-distill/tensor-core';
import { type Manifest, readManifest } from './checkpoint-manifest.ts';

/** A checkpoint whose files were all checked. */
export class LoadedCheckpoint {
  /** Its folder. */
  readonly path: string;
  /** Steps done. */
  readonly step: number;
  /** What the run remembered beside its tensors. */
  readonly state: unknown;
  /** Its files of tensors. */
  readonly files: readonly string[];

  /** @internal Made by {@link LoadedCheckpoint.open}, from what `state.json` holds. */
  constructor(path: string, { step, state, files }: Manifest) {
    this.path = path;
    this.step = step;
    this.state = state;
    this.files = Object.keys(files);
  }

  /**
   * Checks every file of a checkpoint folder.
   *
   * @throws InputError when the checkpoint is torn or damaged
   */
  static async open(path: string): Promise<LoadedCheckpoint> {
    const manifest = await readManifest(path).catch((cause: Error) => {
      throw new InputError(`checkpoint: ${path} is damaged: ${cause.message}; use another`, { cause });
    });
    return new LoadedCheckpoint(path, manifest);
  }

  /**
   * Reads one of its files of tensors.
   *
   * @throws InputError when it has no such file
   */
  async readTensors(file: string): Promise<Map<string, TensorData>> {
    if (!this.files.includes(file)) {
      throw new InputError(`checkpoint: ${this.path} has no ${file}; it has ${this.files.join(', ')}`);
    }
    return (await readSafetensors(join(this.path, file))).tensors;
  }
}
