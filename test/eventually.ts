import { patience } from './pace.mjs'

/**
 * Waits for a state that nothing announces (a zombie that is gone, a descriptor that is closed): tries
 * `check` until it passes, and lets its failure through once `patience(milliseconds)` is over.
 */
export async function eventually(
  check: () => void | Promise<void>,
  milliseconds = 5000,
): Promise<void> {
  const end = performance.now() + patience(milliseconds)
  for (;;) {
    try {
      await check()
      return
    } catch (error) {
      if (performance.now() > end) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
