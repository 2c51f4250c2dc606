// sexton and child_process both take the status of every child that they spawn, so a loop that is to
// take it itself needs children that neither knows: from the native call beneath `spawn`.

/** `start()` gives the pid of a new child, `hasEnded(pid)` takes its status if there is one. */
export async function nativeChildren(file, args = []) {
  const { binding, P_PID } = await import('../dist/system/binding.js')
  const { checkOptions } = await import('../dist/spawn/checked-options.js')
  const { encodeEnvironment } = await import('../dist/spawn/environment.js')
  const { startProcess } = await import('../dist/spawn/native-call.js')
  const { encodeArguments, encodeFiles } = await import('../dist/spawn/strings.js')
  const env = encodeEnvironment(undefined, false, [])
  const texts = { files: encodeFiles(file, env), argv: encodeArguments(file, args), env }
  const strings = { ...texts, naming: false, cwd: undefined }
  const options = checkOptions({})
  const ignored = Int32Array.of(-1, -1, -1)
  const records = new Float64Array(binding.waitFields)
  return {
    start: () => startProcess(strings, options, ignored, undefined, false, () => ({})).pid,
    hasEnded(pid) {
      const taken = binding.wait(P_PID, pid, 0, records)
      if (taken < 0) throw new Error(`waitid failed with errno ${-taken}`)
      return taken > 0
    },
  }
}
