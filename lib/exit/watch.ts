/** A process that is watched for its end. */
export interface Watch {
  /** No more calls; what the watch held is released. */
  stop(): void
}

/** Called whenever the process may have ended, which can be for nothing. True: no more calls. */
export type Check = () => boolean
