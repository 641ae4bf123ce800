const POINTER = 'void *';
const TEXT = 'str';
const SIZE = 'size_t';
const INT = 'int';
// ORTCHAR_T: what the system's file names are made of.
const PATH = process.platform === 'win32' ? 'str16' : 'str';

/**
 * The functions of the C API that are used: position in the structure `OrtApi` (onnxruntime_c_api.h, where it only ever grows at the
 * end) and what they take. Each returns a status.
 */
export const statusFunctions = {
  CreateEnv: [3, INT, TEXT, POINTER],
  CreateSessionFromArray: [8, POINTER, POINTER, SIZE, POINTER, POINTER],
  Run: [9, POINTER, POINTER, POINTER, POINTER, SIZE, POINTER, SIZE, POINTER],
  CreateSessionOptions: [10, POINTER],
  SetSessionExecutionMode: [13, POINTER, INT],
  EnableProfiling: [14, POINTER, PATH],
  DisableMemPattern: [17, POINTER],
  SetSessionLogSeverityLevel: [22, POINTER, INT],
  SetSessionGraphOptimizationLevel: [23, POINTER, INT],
  SetIntraOpNumThreads: [24, POINTER, INT],
  SetInterOpNumThreads: [25, POINTER, INT],
  SessionGetInputCount: [30, POINTER, POINTER],
  SessionGetOutputCount: [31, POINTER, POINTER],
  SessionGetInputTypeInfo: [33, POINTER, SIZE, POINTER],
  SessionGetOutputTypeInfo: [34, POINTER, SIZE, POINTER],
  SessionGetInputName: [36, POINTER, SIZE, POINTER, POINTER],
  SessionGetOutputName: [37, POINTER, SIZE, POINTER, POINTER],
  CreateRunOptions: [39, POINTER],
  RunOptionsSetTerminate: [46, POINTER],
  RunOptionsUnsetTerminate: [47, POINTER],
  CreateTensorWithDataAsOrtValue: [49, POINTER, POINTER, SIZE, POINTER, SIZE, INT, POINTER],
  GetTensorMutableData: [51, POINTER, POINTER],
  CastTypeInfoToTensorInfo: [55, POINTER, POINTER],
  GetTensorElementType: [60, POINTER, POINTER],
  GetDimensionsCount: [61, POINTER, POINTER],
  GetDimensions: [62, POINTER, POINTER, SIZE],
  GetTensorTypeAndShape: [65, POINTER, POINTER],
  CreateCpuMemoryInfo: [69, INT, INT, POINTER],
  AllocatorFree: [76, POINTER, POINTER],
  GetAllocatorWithDefaultOptions: [78, POINTER],
  SessionEndProfiling: [110, POINTER, POINTER, POINTER],
  AddSessionConfigEntry: [130, POINTER, TEXT, TEXT],
} as const;

/** The functions that give an object back, by position; each takes the object and returns nothing. */
export const releaseFunctions = {
  ReleaseStatus: 93,
  ReleaseSession: 95,
  ReleaseValue: 96,
  ReleaseRunOptions: 97,
  ReleaseTypeInfo: 98,
  ReleaseTensorTypeAndShapeInfo: 99,
  ReleaseSessionOptions: 100,
} as const;

/** The functions that take a status apart, by position. */
export const errorFunctions = { GetErrorCode: 1, GetErrorMessage: 2 } as const;

/** Positions in the structure, one more than the last that is used. */
export const apiLength = 131;
