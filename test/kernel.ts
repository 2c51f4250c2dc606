import { release } from 'node:os'

const [major = 0, minor = 0] = release().split('.').map(Number)

/** Whether the kernel is at least this; some answers are newer than others. */
export function since(wanted: number, lesser: number): boolean {
  return major > wanted || (major === wanted && minor >= lesser)
}
