import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { kubernetesFormat, splitRecords } from './log-records.js'
import type { LogSink, RecordFormat } from './log-sink.js'
import type { LogEnd } from './stage.js'
import type { StreamName } from './stream-name.js'

/** Limits of a log. */
export interface LogLimits {
  /** Bytes of the file, before it is emptied or rotated. */
  size: number
  /** Bytes of everything that is logged. */
  total: number
  /** How many old files to keep; 0 empties the file instead. */
  backups: number
}

const MODE = 0o640
// Milliseconds between two looks whether the file is still where it was, made while there is something to write.
const LOOK_AGAIN = 1000

/**
 * A log file of whole records. If the disk is full, it keeps the records that fit, counts those that do not, and says so
 * once there is room.
 */
export class LogFile implements LogSink {
  readonly #path: string
  readonly #limits: LogLimits
  readonly #format: RecordFormat
  #fd: number
  #size: number
  #inode: number
  #total = 0
  #lost = 0
  #lookedAt = Date.now()
  #isOpen = true

  constructor(path: string, limits: LogLimits, format = kubernetesFormat) {
    this.#path = path
    this.#limits = limits
    this.#format = format
    this.#fd = openSync(path, 'a', MODE)
    const { size, ino } = fstatSync(this.#fd)
    this.#size = size
    this.#inode = ino
  }

  ends(): LogEnd[] {
    return [{ size: this.#size, inode: this.#inode }]
  }

  cutBack(ends: readonly LogEnd[]): void {
    const own = ends.find(({ inode }) => inode === this.#inode)
    if (own !== undefined && own.size < this.#size) this.#cutTo(own.size)
  }

  close(): void {
    this.#isOpen = false
    closeSync(this.#fd)
  }

  write(stream: StreamName, piece: Buffer): void {
    if (!this.#isOpen) return
    if (Date.now() - this.#lookedAt > LOOK_AGAIN) this.#returnIfRemoved()
    this.#writeRecords(this.#format.format(stream, piece))
  }

  #writeRecords(formatted: string): void {
    const records = this.#withinTotal(formatted)
    const { size } = this.#limits
    if (this.#size + records.length <= size) {
      this.#append(records)
      return
    }
    for (const [i, part] of [...splitRecords(records, size - this.#size, size)].entries()) {
      if (i > 0) this.reopen()
      this.#append(part)
    }
  }

  /** Begins a new file at the same path, and moves the old one away if old ones are kept. */
  reopen(): void {
    try {
      this.#startOver()
    } catch {
      // There is no room for a new file: the old one goes on.
    }
  }

  sync(): void {
    this.#writeRecords(this.#format.rest())
    try {
      fsyncSync(this.#fd)
    } catch {
      // It is no file that can be synced, or the disk failed. The container has ended, so nobody could repeat it.
    }
  }

  #withinTotal(records: string): string {
    const room = this.#limits.total - this.#total
    const kept =
      records.length <= room ? records : records.slice(0, records.lastIndexOf('\n', room - 1) + 1)
    this.#total += kept.length
    return kept
  }

  #append(records: string): void {
    if (records === '') return
    if (this.#lost > 0) this.#tellLoss()
    this.#lost += this.#store(records)
  }

  #tellLoss(): void {
    const text = `sexton-shim: ${this.#lost} records were lost: no room was left for the log\n`
    if (this.#store(this.#format.format('stderr', Buffer.from(text))) === 0) this.#lost = 0
  }

  /** Writes records, and returns how many of them were lost. */
  #store(records: string): number {
    const bytes = Buffer.from(records, 'latin1')
    let done = 0
    try {
      while (done < bytes.length) done += writeSync(this.#fd, bytes, done)
      this.#size += done
      return 0
    } catch {
      const whole = bytes.lastIndexOf(10, done - 1) + 1
      this.#cutTo(this.#size + (done === 0 ? 0 : whole))
      return countRecords(bytes.subarray(done === 0 ? 0 : whole))
    }
  }

  // Half a record would be taken for the beginning of the next one.
  #cutTo(size: number): void {
    this.#size = size
    try {
      ftruncateSync(this.#fd, size)
    } catch {
      // It is no regular file, such as a FIFO.
    }
  }

  // Opens first and swaps then: if no file can be opened, the old one is still there.
  #startOver(): void {
    const draft = `${this.#path}.tmp`
    const fd = openSync(draft, 'w', MODE)
    for (let i = this.#limits.backups; i > 0; i -= 1) this.#rotate(i)
    renameSync(draft, this.#path)
    this.#use(fd)
  }

  #rotate(number: number): void {
    const name = (i: number) => (i === 0 ? this.#path : `${this.#path}.${i}`)
    try {
      renameSync(name(number - 1), name(number))
    } catch {
      // There are not so many yet.
    }
  }

  #returnIfRemoved(): void {
    this.#lookedAt = Date.now()
    try {
      if (fstatSync(this.#fd).nlink === 0) this.#use(openSync(this.#path, 'a', MODE))
    } catch {
      // Its folder is gone too.
    }
  }

  #use(fd: number): void {
    closeSync(this.#fd)
    this.#fd = fd
    const { size, ino } = fstatSync(fd)
    this.#size = size
    this.#inode = ino
  }
}

function countRecords(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count += 1
  return count
}
