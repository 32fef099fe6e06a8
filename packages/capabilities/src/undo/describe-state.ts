import type { FileState } from '../backups/state.ts'

/** A state in a few words, with all in which two can differ. */
export function describeState(state: FileState): string {
  switch (state.kind) {
    case 'absent':
      return 'nothing'
    case 'link':
      return `a link to ${state.target}`
    case 'directory':
      return 'a directory'
    case 'file': {
      const { size, sha256, mode, uid, gid, xattrs } = state
      const names = Object.keys(xattrs)
      const extended = names.length === 0 ? '' : `, with ${names.join(' ')}`
      const octal = mode.toString(8).padStart(4, '0')
      return `a file of ${size} bytes, sha256 ${sha256}, mode ${octal}, owner ${uid}:${gid}${extended}`
    }
  }
}
