/**
 * What the writer of the log does to files, and nothing else: real files, or a model of a disk that fails.
 * Errors are the system's, with `code`; EINTR means that nothing was done and that the call may be made again.
 */
export interface Store {
  /** Of this boot of the machine. */
  readonly bootId: string
  /** Makes the log's directory, and refuses one that others could write to. @throws RT_WAL_UNSAFE, RT_WAL_UNWRITABLE */
  prepare(logPath: string): Promise<void>
  /** Opens to read and append; made when missing. @throws RT_WAL_UNSAFE, RT_WAL_UNWRITABLE with the system's error as cause */
  open(path: string): Promise<StoreFile>
  /** Opens to read; undefined where there is none. */
  openExisting(path: string): Promise<StoreFile | undefined>
  /** What is under this name now. Asked for at each batch: answered at once. */
  find(path: string): Found | undefined
  /** The names in the directory of this file; none where there is no directory. */
  list(path: string): Promise<readonly string[]>
  /** Atomic. Replaces what has the new name. */
  rename(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
  /** Makes names that were made, renamed or removed in the directory of this file durable. */
  syncDirectory(path: string): Promise<void>
  /** Bytes of the whole file system that holds this file. */
  capacity(path: string): Promise<number>
}

export interface Found {
  /** The same for two names of one file, and for no other file while this one is open. */
  readonly id: string
  readonly bytes: number
  readonly modifiedMs: number
}

export interface StoreFile extends AsyncDisposable {
  readonly id: string
  readonly path: string
  /** In bytes, now. */
  size(): number
  /** Fewer bytes than asked for at the end of the file. */
  read(position: number, length: number): Promise<Buffer>
  /** Writes at the end. So many bytes were written: not always all. */
  append(bytes: Buffer): Promise<number>
  /** Resolves when what was written before the call is durable, with the file's size. */
  sync(): Promise<void>
  truncate(bytes: number): Promise<void>
  /** Takes space on the disk, after which writes there do not fail for want of it; the size stays. Does nothing where the file system cannot. */
  preallocate(position: number, length: number): Promise<void>
  /** Makes the file so many bytes longer, with real space under it. */
  extend(length: number): Promise<void>
  /** Holds an exclusive lock, which goes with the process; waits for a while. */
  lock(): Promise<Disposable>
  /** Takes a lock for as long as the file is open, alone or with others who share it; false: it is held otherwise. */
  tryLock(mode: 'alone' | 'shared'): boolean
  /** The pids of those who hold a lock on it, as far as the system tells. */
  holders(): readonly number[]
}
