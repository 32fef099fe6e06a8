import { spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { basename, dirname } from 'node:path'
import type { JobPolicy, Mount } from '@runtimo/worker'
import type { SandboxView } from './sandbox-view.ts'

type Covers = Partial<Pick<JobPolicy, 'masks' | 'frozen'>>

/** For tests: why no view can be entered here, if so. */
export function reasonAgainstChroot(): string | undefined {
  const { error, status, stderr } = spawnSync('unshare', ['-m', 'true'])
  return status === 0 ? undefined : `mounts are made by root: ${String(error ?? stderr)}`
}

/** For tests: runs a program in a view to its end. */
export function runInView(...given: Parameters<typeof viewCommand>): SpawnSyncReturns<Buffer> {
  const [file, args] = viewCommand(...given)
  return spawnSync(file, args, { timeout: 20_000 })
}

/**
 * For tests: a command that runs a program in a view put together by mount(8), apart from the launcher. The
 * mounts vanish with the program; the empty folders of the new root are on a tmpfs.
 */
export function viewCommand(
  { root, mounts }: Pick<SandboxView, 'root' | 'mounts'>,
  argv: readonly string[],
  { masks = [], frozen = [] }: Covers = {},
): [string, string[]] {
  const script = [
    'set -e',
    'N=/mnt; mount -t tmpfs none $N',
    ...root.tmpfs.flatMap(({ path, bytes, inodes, mode }) => [
      `mkdir -p $N${q(path)}`,
      `mount -t tmpfs -o size=${bytes},nr_inodes=${inodes},mode=${mode.toString(8)} none $N${q(path)}`,
    ]),
    ...root.symlinks.map(
      ({ path, target }) => `mkdir -p $N${q(dirname(path))}; ln -s ${q(target)} $N${q(path)}`,
    ),
    ...root.files.map(
      ({ path, content }) => `mkdir -p $N${q(dirname(path))}; printf %s ${q(content)} > $N${q(path)}`,
    ),
    ...mounts.map(mountLine),
    'mkdir -p $N/proc $N/dev; mount --rbind /proc $N/proc; mount --bind /dev $N/dev',
    ...masks.map(({ path, type }) => mask(path, type)),
    ...frozen.map((path) => `mount --bind $N${q(path)} $N${q(path)}; mount -o remount,bind,ro $N${q(path)}`),
    `exec chroot $N ${argv.map(q).join(' ')}`,
  ]
  return ['unshare', ['-m', 'sh', '-c', script.join('\n')]]
}

function mountLine({ source, target, type, access }: Mount): string {
  const at = `$N${q(target)}`
  const point =
    type === 'directory' ? `mkdir -p ${at}` : `mkdir -p $N${q(dirname(target))}; [ -e ${at} ] || : > ${at}`
  const readOnly = access === 'read' ? `; mount -o remount,bind,ro ${at}` : ''
  return `${point}; mount --bind ${q(source)} ${at}${readOnly}`
}

function mask(path: string, type: Mount['type']): string {
  const empty = `$N/.empty-${type}`
  const make = type === 'directory' ? `mkdir -p ${empty}` : `: > ${empty}`
  return `${make}; mount --bind ${empty} $N${q(path)}; mount -o remount,bind,ro $N${q(path)} # ${basename(path)}`
}

function q(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
