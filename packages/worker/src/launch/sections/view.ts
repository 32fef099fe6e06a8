import { flags, mode } from '../flags.ts'
import type { RootView, TmpfsMount } from '../policy.ts'
import type { Tape } from '../tape.ts'
import { writeAndClose } from './file.ts'
import { attach, type Source } from './mounts.ts'
import type { Paths } from './paths.ts'

/** What the new root shows. */
export function makeView(tape: Tape, paths: Paths, root: RootView, sources: readonly Source[]): void {
  // First, for what is made below them would be hidden.
  for (const mount of root.tmpfs) mountTmpfs(tape, paths, mount)
  for (const { path, target } of root.symlinks) {
    paths.parent(path)
    tape.call('symlinkat', target, flags('AT_FDCWD'), path).for(`link ${path}`)
  }
  for (const { path, content } of root.files) makeFile(tape, paths, path, content)
  for (const { tree, target, type } of sources) {
    paths.mountPoint(target, type)
    attach(tape, tree, target)
    paths.mounted(target)
  }
}

function makeFile(tape: Tape, paths: Paths, path: string, content: string): void {
  const fd = tape.variable(path)
  paths.parent(path)
  tape
    .call('openat', flags('AT_FDCWD'), path, flags('O_WRONLY', 'O_CREAT', 'O_EXCL', 'O_CLOEXEC'), mode(0o444))
    .into(fd)
    .for(`make ${path}`)
  writeAndClose(tape, fd, content, `make ${path}`)
}

function mountTmpfs(tape: Tape, paths: Paths, { path, bytes, inodes, mode: bits }: TmpfsMount): void {
  paths.directory(path)
  tape
    .call(
      'mount',
      'tmpfs',
      path,
      'tmpfs',
      flags('MS_NOSUID', 'MS_NODEV'),
      `mode=${bits.toString(8)},size=${bytes},nr_inodes=${inodes}`,
    )
    .for(`a private ${path}`)
}
