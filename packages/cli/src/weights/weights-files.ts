/** What transformers and timm call the weights in a folder of their own; the first that is there counts. */
export const FOLDER_FILES: readonly string[] = ['model.safetensors', 'pytorch_model.bin'];
