import { existsSync } from 'node:fs';

const DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** Why there is no WebGPU to test on; undefined where there is. */
export const missingSwiftShader = existsSync(DRIVER)
  ? undefined
  : `no ${DRIVER}: install Debian's chromium and libvulkan1 to run WebGPU on the processor`;

/** Makes this process's WebGPU run on SwiftShader. To be called before the first adapter is asked for. */
export function useSwiftShader(): void {
  process.env.VK_DRIVER_FILES = DRIVER;
}
