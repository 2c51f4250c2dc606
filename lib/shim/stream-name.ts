/** The streams of a container's output. A terminal's is `stdout`. */
export type StreamName = 'stdout' | 'stderr'
