import { flags } from '../flags.ts'
import type { JobPolicy } from '../policy.ts'
import type { Tape } from '../tape.ts'
import type { Word } from '../word.ts'
import { attach, cloneTree, restrict } from './mounts.ts'
import type { Paths } from './paths.ts'

/** A descriptor of an empty file, which covers others. It lies where /proc will be mounted, out of sight. */
export function makeEmptyFile(tape: Tape, paths: Paths): Word {
  const path = '/proc/empty'
  const fd = tape.variable('an empty file')
  paths.mountPoint(path, 'file')
  tape
    .call('openat', flags('AT_FDCWD'), path, flags('O_PATH', 'O_CLOEXEC'))
    .into(fd)
    .for('an empty file to cover others with')
  return fd
}

export function coverFile(tape: Tape, emptyFile: Word, path: string): void {
  const cover = tape.variable('an empty file')
  tape
    .call('open_tree', emptyFile, '', flags('OPEN_TREE_CLONE', 'OPEN_TREE_CLOEXEC', 'AT_EMPTY_PATH'))
    .into(cover)
    .for(`mask ${path}`)
  restrict(tape, cover, ['MOUNT_ATTR_RDONLY', 'MOUNT_ATTR_NOSUID', 'MOUNT_ATTR_NODEV', 'MOUNT_ATTR_NOEXEC'])
  attach(tape, cover, path)
}

/** Paths inside the view that the job does not see, or not change. */
export function coverPaths(tape: Tape, emptyFile: Word, { masks, frozen }: JobPolicy): void {
  for (const path of frozen) attach(tape, cloneTree(tape, path, ['MOUNT_ATTR_RDONLY']), path)
  for (const { path, type } of masks) {
    if (type === 'file') coverFile(tape, emptyFile, path)
    else {
      const options = flags('MS_RDONLY', 'MS_NOSUID', 'MS_NODEV', 'MS_NOEXEC')
      tape.call('mount', 'tmpfs', path, 'tmpfs', options, 'mode=555,size=4k,nr_inodes=2').for(`mask ${path}`)
    }
  }
}
