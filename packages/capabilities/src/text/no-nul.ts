/** A pattern of JSON Schema, for what the kernel is given: it ends a string at the first NUL. */
export const noNul: string = String.raw`^[^\u0000]*$`
