import type { components } from './schema';

type Schemas = components['schemas'];

export type Operator = Schemas[`FilterOn${'Value' | 'Range' | 'List' | 'Presence'}`]['op'];

/** `{number}` carries digits that a JSON number would round. */
export type Literal = Schemas['Literal'];

export interface Condition {
  column: string;
  op: Operator;
  value?: Literal;
  values?: Literal[];
}

/** The JSON notation; a string is the text notation, which the page passes on as it stands. */
export type Filter = { and: Filter[] } | { or: Filter[] } | { not: Filter } | Condition | string; // prettier-ignore
