import { readNames } from './read-text.ts'

/** A GPU or other accelerator, known by its device file. */
export interface Accelerator {
  kind: 'nvidia' | 'amd' | 'dri' | 'accel'
  /** Such as '/dev/nvidia0'. */
  path: string
}

const PLACES = [
  { kind: 'nvidia', directory: '/dev', name: /^nvidia\d+$/ },
  { kind: 'amd', directory: '/dev', name: /^kfd$/ },
  { kind: 'dri', directory: '/dev/dri', name: /^renderD\d+$/ },
  { kind: 'accel', directory: '/dev/accel', name: /./ },
] as const

/** Finds accelerators by their device files; opens none of them. */
export function findAccelerators(root: string): Accelerator[] {
  const devices = readNames(root, '/dev')
  const namesIn = (directory: string): string[] => {
    if (directory === '/dev') return devices
    return devices.includes(directory.slice('/dev/'.length)) ? readNames(root, directory) : []
  }
  return PLACES.flatMap(({ kind, directory, name }) =>
    namesIn(directory)
      .filter((candidate) => name.test(candidate))
      .toSorted(byNumber)
      .map((candidate) => ({ kind, path: `${directory}/${candidate}` })),
  )
}

// nvidia2 before nvidia10.
function byNumber(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1)
}
