import { describe, expect, test } from 'vitest'
import { chooseHome, rootView, type RootViewOptions } from './root-view.ts'

const host = { mounts: [], symlinks: [{ path: '/bin', target: '/usr/bin' }] }
const options: RootViewOptions = {
  uid: 1000,
  gid: 1000,
  home: '/home/job',
  scratch: { bytes: 1000, inodes: 10 },
  sharedMemory: { bytes: 500, inodes: 5 },
  claimed: [],
  symlinks: [],
}
const etc = (name: string, more: Partial<RootViewOptions> = {}): string | undefined =>
  rootView(host, { ...options, ...more }).files.find(({ path }) => path === `/etc/${name}`)?.content
const tmpfs = (more: Partial<RootViewOptions>, machine = host): string[] =>
  rootView(machine, { ...options, ...more }).tmpfs.map(({ path }) => path)
const links = (more: Partial<RootViewOptions>): string[] =>
  rootView(host, { ...options, ...more }).symlinks.map(({ path }) => path)

describe('the root that is made for a job', () => {
  test('knows root, the job and nobody, and no user of the machine', () => {
    expect(etc('passwd')).toBe(
      'root:x:0:0:root:/:/bin/false\njob:x:1000:1000:job:/home/job:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n',
    )
    expect(etc('group')).toBe('root:x:0:\njob:x:1000:\nnogroup:x:65534:\n')
  })

  test('calls the job by its name when it has the uid of nobody', () => {
    const nobody = { uid: 65_534, gid: 65_534 }
    expect(etc('passwd', nobody)).toBe(
      'root:x:0:0:root:/:/bin/false\njob:x:65534:65534:job:/home/job:/bin/sh\n',
    )
    expect(etc('group', nobody)).toBe('root:x:0:\njob:x:65534:\n')
  })

  test('looks names up in files and has a neutral name', () => {
    expect(etc('nsswitch.conf')).toContain('hosts: files\n')
    expect(etc('hosts')).toBe('127.0.0.1 localhost sandbox\n::1 localhost sandbox\n')
    expect(rootView(host, options).hostname).toBe('sandbox')
  })

  test('has private directories with caps', () => {
    expect(rootView(host, options).tmpfs).toEqual([
      { path: '/tmp', bytes: 1000, inodes: 10, mode: 0o1777 },
      { path: '/home/job', bytes: 1000, inodes: 10, mode: 0o700 },
      { path: '/dev/shm', bytes: 500, inodes: 5, mode: 0o1777 },
      { path: '/run', bytes: 1_048_576, inodes: 256, mode: 0o755 },
    ])
  })

  test('has no private directory where the workspace is', () => {
    expect(tmpfs({ claimed: ['/tmp'] })).toEqual(['/home/job', '/dev/shm', '/run'])
    expect(tmpfs({ claimed: ['/tmp/project'] })).toContain('/tmp')
  })

  test('has no link on the way to the workspace, nor one that it covers', () => {
    expect(links({})).toEqual(['/bin', '/var/tmp', '/var/run'])
    expect(links({ claimed: ['/var/tmp/project'] })).toEqual(['/bin', '/var/run'])
    expect(links({ claimed: ['/var'] })).toEqual(['/bin'])
  })

  test('leaves /run to the machine that keeps its programs there', () => {
    const nix = { mounts: [], symlinks: [{ path: '/run/current-system', target: '/nix/store/x' }] }
    expect(tmpfs({}, nix)).not.toContain('/run')
  })

  test('puts HOME where no mount and no link is', () => {
    expect(chooseHome(['/home/alice/project'])).toBe('/home/job')
    expect(chooseHome(['/home'])).toBe('/var/job')
    expect(chooseHome(['/home/job', '/var'])).toBe('/opt/job')
  })
})
