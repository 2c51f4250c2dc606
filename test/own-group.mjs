// An empty text, where a test or its program expects a pid, is 0 as a number: the process group of this process, and so
// of the whole run.
const kill = process.kill.bind(process)
process.kill = (pid, signal) => {
  if (pid === 0) throw new RangeError('the pid is 0, which is the process group of the tests')
  return kill(pid, signal)
}
