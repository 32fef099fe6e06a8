import { existsSync, lstatSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type HostRoot, probeHostRoot } from './host-root.ts'
import { TempTree } from './tree-fixture.ts'

const targets = ({ mounts }: HostRoot): string[] => mounts.map(({ target }) => target)

describe('the root of a machine', () => {
  test('has links where /usr is merged', () => {
    using host = new TempTree({
      'usr/bin/': '',
      'usr/lib64/': '',
      bin: { to: 'usr/bin' },
      lib64: { to: 'usr/lib64' },
    })
    const root = probeHostRoot(host.path)
    expect(targets(root)).toEqual(['/usr'])
    expect(root.symlinks).toEqual([
      { path: '/bin', target: '/usr/bin' },
      { path: '/lib64', target: '/usr/lib64' },
    ])
  })

  test('has mounts where it is not, and nothing for what is missing, as on Alpine', () => {
    using host = new TempTree({
      'usr/': '',
      'bin/busybox': '',
      'bin/sh': { to: 'busybox' },
      'lib/': '',
      'etc/ld-musl-x86_64.path': '/lib',
    })
    const root = probeHostRoot(host.path)
    expect(targets(root)).toEqual(['/usr', '/bin', '/lib', '/etc/ld-musl-x86_64.path'])
    expect(root.symlinks).toEqual([])
  })

  test('has the store, and /bin/sh that leads there, as on NixOS', () => {
    using host = new TempTree({
      'nix/store/bash/sh': '',
      'nix/store/system/': '',
      'usr/bin/env': { to: '../../nix/store/bash/sh' },
      'bin/sh': { to: '../nix/store/bash/sh' },
      'run/current-system': { to: '../nix/store/system' },
      'etc/localtime': { to: '../nix/store/bash/sh' },
    })
    const root = probeHostRoot(host.path)
    expect(targets(root)).toEqual(['/usr', '/nix/store', '/bin'])
    expect(root.symlinks).toEqual([
      { path: '/run/current-system', target: '/nix/store/system' },
      { path: '/etc/localtime', target: '/nix/store/bash/sh' },
    ])
  })

  test('has of /etc only what is listed, by what it really is', () => {
    using host = new TempTree({
      'usr/': '',
      'etc/shadow': 'secret',
      'etc/passwd': 'root',
      'etc/ssl/private/key.pem': 'secret',
      'etc/ssl/certs/a.pem': '',
      'etc/resolv.conf': '',
      'etc/services': { to: '../opt/services' },
      'opt/services': '',
      'etc/protocols': { to: '../missing' },
    })
    const { mounts, symlinks } = probeHostRoot(host.path)
    expect(mounts.slice(1)).toEqual([
      {
        source: host.at('opt/services'),
        target: '/etc/services',
        type: 'file',
        access: 'read',
        isIdMapped: false,
      },
      {
        source: host.at('etc/ssl/certs'),
        target: '/etc/ssl/certs',
        type: 'directory',
        access: 'read',
        isIdMapped: false,
      },
    ])
    expect(symlinks).toEqual([])
  })

  test('is refused without /usr, with the cure', () => {
    using host = new TempTree({ 'bin/sh': '' })
    expect(() => probeHostRoot(host.path)).toThrow(
      expect.objectContaining({
        code: 'RT_POSTURE_UNAVAILABLE',
        details: { missing: [expect.objectContaining({ field: 'view', wanted: host.at('usr') })] },
      }),
    )
  })

  test('is, of this machine, made of things that exist, none writable, none of them secret', () => {
    const { mounts, symlinks } = probeHostRoot()
    expect(mounts.filter(({ source }) => !existsSync(source))).toEqual([])
    expect(mounts.filter(({ source }) => lstatSync(source).isSymbolicLink())).toEqual([])
    expect(mounts.filter(({ access }) => access !== 'read')).toEqual([])
    expect(targets({ mounts, symlinks })).not.toContain('/etc')
    expect([...targets({ mounts, symlinks }), ...symlinks.map(({ path }) => path)]).toContain('/bin')
  })
})
