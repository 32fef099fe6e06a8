/** Whether a path is a directory itself or below it. Both absolute and normalised. */
export function isWithin(path: string, directory: string): boolean {
  return path === directory || isBelow(path, directory)
}

export function isBelow(path: string, directory: string): boolean {
  return path !== directory && path.startsWith(directory === '/' ? '/' : `${directory}/`)
}

/** The directories strictly between a directory and a path below it, from the top. */
export function between(directory: string, path: string): string[] {
  if (!isBelow(path, directory)) return []
  const names = path.slice(directory === '/' ? 1 : directory.length + 1).split('/')
  return names.slice(0, -1).map((_, i) => join(directory, names.slice(0, i + 1)))
}

function join(directory: string, names: readonly string[]): string {
  return `${directory === '/' ? '' : directory}/${names.join('/')}`
}
