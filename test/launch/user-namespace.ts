import { spawn } from 'node:child_process'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { StatusReader, userNamespaceTape } from '../../packages/worker/src/launch/index.ts'
import { onTestFinished } from 'vitest'
import { workplace } from './launched.ts'
import { pipesOf } from './pipes.ts'
import { arch, jobUid } from './policies.ts'

const map = [`0 ${jobUid} 1`, `1 1 ${jobUid - 1}`, `${jobUid} 0 1`].join('\n')

/** By a launcher of its own: on disk root's, in the mount the job's. Its descriptor, until the test's end. */
export async function openUserNamespace(): Promise<{ fd: number; code: number | null }> {
  const tape = userNamespaceTape(arch, process.pid)
  const { player } = workplace('sandbox')
  const holder = spawn(player, [], {
    stdio: ['ignore', 'ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    env: {},
  })
  const { status, tape: input } = pipesOf(holder)
  const reader = new StatusReader(() => [tape])
  const isReady = new Promise<void>((resolve, reject) => {
    status.on('data', (chunk: Buffer) => {
      for (const frame of reader.push(chunk)) {
        if (frame.kind === 'ready') resolve()
        else reject(new Error(JSON.stringify(frame)))
      }
    })
  })
  input.write(tape.image())
  await isReady
  for (const file of ['uid_map', 'gid_map']) writeFileSync(`/proc/${holder.pid}/${file}`, map)
  const fd = openSync(`/proc/${holder.pid}/ns/user`, 'r')
  onTestFinished(() => closeSync(fd))
  input.destroy()
  const code = await new Promise<number | null>((resolve) => {
    holder.once('close', resolve)
  })
  return { fd, code }
}
