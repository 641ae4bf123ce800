/** ONNX Runtime's own operators, beside ONNX's. */
export const CONTRIB_DOMAIN = 'com.microsoft';
