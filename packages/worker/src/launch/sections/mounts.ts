import { type FlagName, flags } from '../flags.ts'
import { idMapFd } from '../descriptors.ts'
import type { Mount } from '../policy.ts'
import type { Tape } from '../tape.ts'
import { Structure, type Word, words } from '../word.ts'

/** A tree of mounts that is attached nowhere yet. */
export interface Source {
  readonly tree: Word
  readonly target: string
  readonly type: 'directory' | 'file'
}

/** By descriptors: later neither the user nor the root directory matters. */
export function takeSources(tape: Tape, mounts: readonly Mount[]): Source[] {
  return mounts.map((mount) => takeSource(tape, mount))
}

function takeSource(tape: Tape, { source, target, type, access, isIdMapped }: Mount): Source {
  const names: FlagName[] = access === 'read' ? ['MOUNT_ATTR_RDONLY'] : []
  const tree = cloneTree(tape, source, [...names, 'MOUNT_ATTR_NOSUID', 'MOUNT_ATTR_NODEV'])
  if (isIdMapped) {
    const purpose = `map ids below ${source}: its file system and every one mounted below must support it`
    change(tape, tree, attributes(['MOUNT_ATTR_IDMAP'], idMapFd), purpose)
  }
  return { tree, target, type }
}

/** A copy of all that is mounted at a path and below, private to us and with more restrictions. */
export function cloneTree(tape: Tape, path: string, restrictions: readonly FlagName[]): Word {
  const tree = tape.variable(path)
  tape
    .call(
      'open_tree',
      flags('AT_FDCWD'),
      path,
      flags('OPEN_TREE_CLONE', 'OPEN_TREE_CLOEXEC', 'AT_RECURSIVE', 'AT_SYMLINK_NOFOLLOW'),
    )
    .into(tree)
    .for(`take ${path}`)
  restrict(tape, tree, restrictions)
  return tree
}

export function restrict(tape: Tape, tree: Word, restrictions: readonly FlagName[]): void {
  change(tape, tree, attributes(restrictions), `restrict ${tree.name}`)
}

/** Of a tree all mounts. */
function change(tape: Tape, tree: Word, changes: Structure, purpose: string): void {
  tape
    .call('mount_setattr', tree, '', flags('AT_EMPTY_PATH', 'AT_RECURSIVE'), changes, attributeBytes)
    .for(purpose)
}

/** Over what is there. */
export function attach(tape: Tape, tree: Word, target: string): void {
  tape
    .call('move_mount', tree, '', flags('AT_FDCWD'), target, flags('MOVE_MOUNT_F_EMPTY_PATH'))
    .for(`mount ${tree.name} at ${target}`)
  tape.call('close', tree)
}

export const attributeBytes = 32

/** struct mount_attr. A copy of a shared mount would carry what is mounted in it back to the host: it is private. */
export function attributes(names: readonly FlagName[], userNamespace = 0): Structure {
  const set = flags(...names)
  const propagation = flags('MS_PRIVATE')
  const mapped = userNamespace === 0 ? '' : `, userns ${userNamespace}`
  return new Structure(
    `{${set.text}, ${propagation.text}${mapped}}`,
    words(set.value, 0, propagation.value, userNamespace),
  )
}
