import { type JobOptions, runJob, type SextonError } from 'sexton'

// Programs that run isolated jobs, as other users or in other cgroups than the tests.

/** What became of a job. */
export interface Facts {
  stdout?: string
  code: number | string | null
  survivors?: string[]
  limitsHit?: readonly string[]
  message?: string
}

/** Runs a script as a job. */
export async function runScript(script: string, options: JobOptions): Promise<Facts> {
  try {
    const job = runJob('sh', ['-c', script], { ...options, reject: false, stdio: 'pipe' })
    const { stdout, status, survivors, limitsHit } = await job
    return {
      stdout: String(stdout),
      code: status.code,
      survivors: survivors.map(({ name }) => name),
      limitsHit,
    }
  } catch (error) {
    const { code, message } = error as SextonError
    return { code, message }
  }
}

/** Runs a script as a job that writes to this process's output. */
export async function stay(script: string, options: JobOptions): Promise<void> {
  await runJob('sh', ['-c', script], { ...options, reject: false, stdio: ['ignore', 1, 2] })
}
