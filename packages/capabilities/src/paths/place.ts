/**
 * Where a file is, held by descriptor: an open directory and a name in it. Whoever exchanges a directory on the way
 * for a link afterwards changes nothing of it.
 */
export interface Place extends Disposable {
  /** Absolute and without links, as it was found: for records and messages only. */
  readonly path: string
  /** O_PATH descriptor of the directory. */
  readonly directory: number
  readonly name: string
  /** `/proc/self/fd/N/NAME`: for calls that do not follow a link at the end. */
  readonly at: string
  /** Directories that were made on the way, absolute, outermost first. */
  readonly created: readonly string[]
}
