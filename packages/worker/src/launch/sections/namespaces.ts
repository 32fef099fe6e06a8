import { flags } from '../flags.ts'
import type { LaunchUser } from '../policy.ts'
import type { Tape } from '../tape.ts'
import { Structure, type Word } from '../word.ts'
import { setDumpable } from './identity.ts'
import { writeFile } from './file.ts'

/** Namespaces of every kind but time; the user's ids stay what they are. */
export function leaveNamespaces(tape: Tape, { uid, gid, isDropped }: LaunchUser): void {
  if (isDropped) setDumpable(tape, 1, 'own /proc/self again, for the id maps')
  tape
    .call(
      'unshare',
      flags(
        'CLONE_NEWUSER',
        'CLONE_NEWNS',
        'CLONE_NEWPID',
        'CLONE_NEWNET',
        'CLONE_NEWIPC',
        'CLONE_NEWUTS',
        'CLONE_NEWCGROUP',
      ),
    )
    .for('namespaces for everybody are allowed on this host')
  writeFile(tape, '/proc/self/setgroups', 'deny', 'no change of groups')
  writeFile(tape, '/proc/self/uid_map', `${uid} ${uid} 1`, 'the user is the same inside')
  writeFile(tape, '/proc/self/gid_map', `${gid} ${gid} 1`, 'the group is the same inside')
  // Other jobs may have the same user.
  if (isDropped) setDumpable(tape, 0, 'nobody traces the launcher')
}

export function nameHost(tape: Tape, name: string): void {
  tape.call('sethostname', name, Buffer.byteLength(name)).for(`the host is called ${name}`)
}

/** `socket`: any one of the network namespace will do. */
export function raiseLoopback(tape: Tape, socket: Word): void {
  const request = Buffer.alloc(40) // struct ifreq: the name, then the flags
  request.write('lo')
  request.writeUInt16LE(1, 16) // IFF_UP
  tape
    .call('ioctl', socket, flags('SIOCSIFFLAGS'), new Structure('{lo, IFF_UP}', request))
    .for('the loopback interface is up')
}

/** Only root may. */
export function leaveMountNamespace(tape: Tape): void {
  tape.call('unshare', flags('CLONE_NEWNS')).for('a mount namespace without a user namespace: only root may')
  keepMountsPrivate(tape)
}

export function keepMountsPrivate(tape: Tape): void {
  tape
    .call('mount', 'none', '/', 0, flags('MS_REC', 'MS_PRIVATE'), 0)
    .for('mounts of the host do not come in, ours do not go out')
}
