import { run, runJob } from 'sexton'

const { stdout } = await run('echo', ['run'])
const job = await runJob('echo', ['job'])
console.log(JSON.stringify({ run: stdout, job: job.stdout }))
