/** `pid_namespace` as TypeScript calls it. */
export function toCamelCase(name: string): string {
  return name.replaceAll(/_([a-z])/gu, (_, letter: string) => letter.toUpperCase())
}
