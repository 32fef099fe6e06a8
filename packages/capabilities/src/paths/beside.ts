import type { Place } from './place.ts'

/** A name in the directory of a place, for calls that do not follow a link at the end. */
export function beside({ directory }: Pick<Place, 'directory'>, name: string): string {
  return `/proc/self/fd/${directory}/${name}`
}
