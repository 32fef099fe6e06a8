type Optional<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** The same without the properties that are undefined. */
export function defined<T extends object>(fields: T): Optional<T> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Optional<T>
}
