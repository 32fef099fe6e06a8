import type { ValidateFunction } from 'ajv'

export declare const FileRead: ValidateFunction
export declare const FileWrite: ValidateFunction
export declare const Undo: ValidateFunction
