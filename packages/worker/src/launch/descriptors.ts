/**
 * Descriptors of a launcher. 0 to 2 are the job's standard streams, 3 its channel or closed. Status and tape are
 * two descriptors: when a launcher ends with its tape unread, the supervisor's write fails, and with one socket
 * for both Node would drop the very frame that says why.
 */
export const statusFd = 4
export const tapeFd = 5
/** A user namespace for id-mapped mounts; there only when a mount asks for it. */
export const idMapFd = 6

/** The exit code of a launcher, or of a job's first process, whose tape failed. */
export const failureCode = 125
