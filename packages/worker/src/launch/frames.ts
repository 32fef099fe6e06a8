/**
 * What a launcher writes: frames that begin with a word, one of these or the address of the record that failed.
 * All numbers are little endian.
 */
export const readyFrame = 1
export const heldFrame = 4
/** Then si_code and si_status of the siginfo, four bytes each. */
export const endedFrame = 2
/** The si_code of a process that was not ended by a signal. */
export const CLD_EXITED = 1
/** Then struct rusage, the text of /proc/self/io and that of ns_last_pid, each padded with zeros. */
export const usageFrame = 3

export const rusageBytes = 144
export const ioBytes = 256
export const tasksBytes = 32

export const frameBytes: Readonly<Record<number, number>> = {
  [readyFrame]: 8,
  [heldFrame]: 8,
  [endedFrame]: 16,
  [usageFrame]: 8 + rusageBytes + ioBytes + tasksBytes,
}
/** The address of the record, and the result. */
export const failedBytes = 16
