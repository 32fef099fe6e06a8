import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { findAccelerators } from './accelerators.ts'
import { readCpu } from './cpu.ts'
import { readDisk } from './disk.ts'
import { fixtureTree } from './fixture-tree.ts'
import { readHost } from './host.ts'
import { readLoad } from './load.ts'
import { readNetwork } from './network.ts'
import { readPressure } from './pressure.ts'

function counters(rx: number, tx: number): string {
  return `${rx} 1 2 3 4 5 6 7 ${tx} 1 2 3 4 5 6 7`
}

test('host: names, release and time since boot', () => {
  using tree = fixtureTree({
    '/proc/sys/kernel/hostname': 'box\n',
    '/proc/sys/kernel/osrelease': '6.1.0\n',
    '/proc/uptime': '12.34 50.00\n',
  })
  expect(readHost(tree.root)).toEqual({ host: 'box', kernel: '6.1.0', uptimeSeconds: 12.34 })
})

test('load: averages and tasks', () => {
  using tree = fixtureTree({ '/proc/loadavg': '0.08 1.12 10.05 3/183 3159\n' })
  expect(readLoad(tree.root)).toEqual({ one: 0.08, five: 1.12, fifteen: 10.05, running: 3, total: 183 })
})

test('cpu: model and count, with gaps in what is online', () => {
  using tree = fixtureTree({
    '/proc/cpuinfo': 'processor\t: 0\nmodel name\t: Fast: 9000\nflags\t: a\n',
    '/sys/devices/system/cpu/online': '0-3,6,8-9\n',
  })
  expect(readCpu(tree.root, undefined)).toEqual({ model: 'Fast: 9000', count: 7 })
})

test('cpu: counted without /sys; ARM tells no model', () => {
  using tree = fixtureTree({
    '/proc/cpuinfo': 'processor\t: 0\nBogoMIPS\t: 50.00\n',
    '/proc/stat': 'cpu  1 2 3 4\ncpu0 1 2 3 4\ncpu1 1 2 3 4\nintr 5\n',
  })
  expect(readCpu(tree.root, undefined)).toEqual({ count: 2 })
})

test('pressure: some and full, each resource only where it is measured', () => {
  using tree = fixtureTree({
    '/proc/pressure/cpu': 'some avg10=1.50 avg60=2.00 avg300=3.00 total=9\n',
    '/proc/pressure/io':
      'some avg10=4.00 avg60=5.00 avg300=6.00 total=9\nfull avg10=0.10 avg60=0.20 avg300=0.30 total=9\n',
  })
  expect(readPressure(tree.root)).toEqual({
    cpu: { some: { avg10: 1.5, avg60: 2, avg300: 3 } },
    io: { some: { avg10: 4, avg60: 5, avg300: 6 }, full: { avg10: 0.1, avg60: 0.2, avg300: 0.3 } },
  })
})

test('pressure: missing without PSI', () => {
  using tree = fixtureTree()
  expect(readPressure(tree.root)).toBeUndefined()
})

test('network: counters, and whether the link is up where that is known', () => {
  using tree = fixtureTree({
    '/proc/net/dev': `Inter-| Receive | Transmit\n face |bytes\n  lo: ${counters(5, 5)}\neth0:${counters(7, 8)}\n  wg0: ${counters(0, 1)}\n`,
    '/sys/class/net/lo/operstate': 'unknown\n',
    '/sys/class/net/eth0/operstate': 'up\n',
    '/sys/class/net/wg0/operstate': 'down\n',
  })
  expect(readNetwork(tree.root)).toEqual([
    { name: 'lo', rxBytes: 5, txBytes: 5 },
    { name: 'eth0', rxBytes: 7, txBytes: 8, up: true },
    { name: 'wg0', rxBytes: 0, txBytes: 1, up: false },
  ])
})

test('accelerators: by their device files, in order', () => {
  const devices = [
    'nvidia10',
    'nvidia2',
    'nvidiactl',
    'nvidia-uvm',
    'kfd',
    'dri/card0',
    'dri/renderD128',
    'accel/accel0',
  ]
  using tree = fixtureTree(Object.fromEntries(devices.map((name) => [`/dev/${name}`, ''])))
  expect(findAccelerators(tree.root)).toEqual([
    { kind: 'nvidia', path: '/dev/nvidia2' },
    { kind: 'nvidia', path: '/dev/nvidia10' },
    { kind: 'amd', path: '/dev/kfd' },
    { kind: 'dri', path: '/dev/dri/renderD128' },
    { kind: 'accel', path: '/dev/accel/accel0' },
  ])
})

test('disk: space of a directory, missing when there is no such directory', async () => {
  const disk = await readDisk(tmpdir())
  expect(disk?.path).toBe(tmpdir())
  expect(disk?.totalBytes).toBeGreaterThanOrEqual(disk?.availableBytes ?? Number.NaN)
  expect(await readDisk('/no/such/directory')).toBeUndefined()
})
