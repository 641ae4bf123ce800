import type { ElementType, HostArray } from '../element-types.ts';
import type { NpmBinding, NpmTensor } from './npm-binding.ts';
import type { Resource, Resources } from './resource.ts';
import type { RunnerTensor } from './runner.ts';

/** What the objects of one npm runner share. */
export interface NpmContext {
  /** The binding. */
  readonly binding: NpmBinding;
  /** All that was not given back. */
  readonly resources: Resources;
  /** Copies a tensor from the device. */
  readBack(tensor: NpmTensor): HostArray;
}

/** A tensor of the npm binding, on the host or on the device. */
export class NpmRunnerTensor implements RunnerTensor {
  /** Element type. */
  readonly type: ElementType;
  /** Dimensions. */
  readonly shape: readonly number[];
  /** The binding's tensor. */
  readonly resource: Resource<NpmTensor>;
  readonly #context: NpmContext;

  /**
   * @param context what the runner's objects share
   * @param tensor the binding's tensor, which is this one's from now on
   * @param maker the session that made it: device memory goes when its session does, so it stays as long as the tensor
   */
  constructor(context: NpmContext, tensor: NpmTensor, maker?: Pick<Resource<unknown>, 'enter' | 'leave'>) {
    this.type = tensor.type as ElementType;
    this.shape = [...tensor.dims];
    this.#context = context;
    const holder = tensor.location === 'cpu' ? undefined : maker;
    holder?.enter();
    this.resource = context.resources.own(this, {
      value: tensor,
      what: 'tensor',
      release: (released) => {
        released.dispose();
        holder?.leave();
      },
    });
  }

  /** The elements; from the device they are a copy. */
  data(): HostArray {
    const tensor = this.resource.value;
    return tensor.location === 'cpu' ? (tensor.data as HostArray) : this.#context.readBack(tensor);
  }

  /** Frees it, as soon as no run uses it. */
  dispose(): void {
    this.resource.dispose();
  }
}
