import { once } from 'node:events'
import { chmodSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer, type ListenOptions } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, onTestFinished, test } from 'vitest'
import { siege, control, judge } from '../support/attack.ts'
import { attempt, python, succeeded, unconfined } from '../support/shell.ts'
import { temporaryDirectory } from '../support/supervisor.ts'

// Cron, at, systemd and D-Bus run for somebody what he left with them. Where they are not installed nothing could be
// left with them anyway: these stand for them, and work for whoever gets at them.
interface Services {
  readonly acts: Readonly<Record<string, string>>
  /** What they were asked to run. */
  readonly asked: () => string[]
}

/** Asks whoever listens there to run something later. */
const ask = (address: string): string =>
  python(`import socket
s=socket.socket(1); s.connect("${address}"); s.send(b"later"); assert s.recv(9)==b"started"`)

let made = 0

async function services(): Promise<Services> {
  const place = temporaryDirectory()
  chmodSync(place, 0o755)
  const spool = temporaryDirectory()
  chmodSync(spool, 0o777)
  const heard: string[] = []
  const listen = async (where: ListenOptions): Promise<void> => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', (data) => heard.push(data.toString()) && socket.end('started'))
    })
    server.listen(where)
    await once(server, 'listening')
    onTestFinished(() => void server.close())
  }
  const [bus, abstract] = [join(place, 'bus'), `\0runtimo-bus-${process.pid}-${++made}`]
  await Promise.all([listen({ path: bus, readableAll: true, writableAll: true }), listen({ path: abstract })])
  writeFileSync(join(place, 'crontab'), `#!/bin/sh\ncat >${spool}/$$`, { mode: 0o755 })
  return {
    acts: {
      'a file of cron': `echo later >${spool}/x`,
      'a program of cron': `echo later | ${place}/crontab`,
      'a program of cron, by another name': `cp ${place}/crontab mine && echo later | ./mine`,
      'an abstract bus': ask(abstract.replace('\0', '\\0')),
      'a bus': ask(bus),
    },
    asked: () => [...heard, ...readdirSync(spool)],
  }
}

/** Those of this machine, as far as it has them. */
const installed = {
  cron: 'crontab -l',
  at: 'echo true | at now',
  'systemd of the user': 'systemd-run --user true',
  systemd: 'systemd-run --system true',
  bus: 'dbus-send --system --dest=org.freedesktop.systemd1 --print-reply / org.freedesktop.DBus.Peer.Ping',
  'spool of cron': 'echo x >/var/spool/cron/crontabs/x',
  'folder of cron': 'echo x >/etc/cron.d/x',
  sockets: 'ls /run/systemd/private || ls /run/dbus/system_bus_socket',
}

async function leaveWithAll(): Promise<void> {
  const { acts, asked } = await services()
  expect(await unconfined(acts)).toEqual(Object.keys(acts))
  expect(asked()).toHaveLength(Object.keys(acts).length)
}
const servicesRun = control(
  'without us, what is left with those that run things later is left with them',
  leaveWithAll,
)

// A socket with a path is a file, and Landlock does not know connect(2) to one: see N03.
describe.each([
  { level: 'sandbox', roads: [] },
  { level: 'process', roads: ['a bus'] },
] as const)('level $level', ({ level, roads }) => {
  test('nothing can be left to run later (K11): cron, at, systemd and D-Bus are out of reach', async () => {
    await servicesRun()
    const { acts, asked } = await services()
    const supervisor = siege()
    const twin = { twin: '(sleep 0.1; echo x >later) & wait && cat later' }
    const result = await attempt(supervisor, { ...acts, ...installed, ...twin }, { level })
    await judge(supervisor, result, {
      outcome: 'completed',
      spawned: ['sh'],
      unharmed: () => expect(asked()).toHaveLength(roads.length),
      twin: () => expect(succeeded(result)).toEqual([...roads, 'twin']),
    })
  })
})
