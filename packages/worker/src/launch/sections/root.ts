import { flags } from '../flags.ts'
import type { RootView } from '../policy.ts'
import type { Tape } from '../tape.ts'
import { attributeBytes, attributes } from './mounts.ts'
import { keepMountsPrivate } from './namespaces.ts'

/** Where the new root is mounted for a moment; every host has it. */
const mountPoint = '/proc'
const pageBytes = 65_536 // the largest that a kernel may have

/**
 * An empty file system becomes the root. The old root stays mounted above it, out of reach of absolute paths,
 * until leaveOldRoot(): a new /proc is only granted to who has one in sight.
 */
export function enterNewRoot(tape: Tape, { files }: RootView): void {
  const content = files.reduce((sum, file) => sum + Buffer.byteLength(file.content) + pageBytes, 0)
  keepMountsPrivate(tape)
  tape
    .call(
      'mount',
      'tmpfs',
      mountPoint,
      'tmpfs',
      flags('MS_NOSUID', 'MS_NODEV'),
      `mode=755,size=${pageBytes + content}`,
    )
    .for('a new root')
  tape.call('chdir', mountPoint)
  tape.call('pivot_root', '.', '.').for('the new root')
}

export function leaveOldRoot(tape: Tape): void {
  tape.call('umount2', '.', flags('MNT_DETACH')).for('leave the old root')
  tape.call('chdir', '/')
}

/** The root itself, not what is mounted below. */
export function freezeRoot(tape: Tape): void {
  tape
    .call('mount_setattr', flags('AT_FDCWD'), '/', 0, attributes(['MOUNT_ATTR_RDONLY']), attributeBytes)
    .for('the new root is read-only')
}
