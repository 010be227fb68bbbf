/** Thrown where the person took a file back. In: nothing. Out: `Cancelled`. Next: the workers, which then say nothing. */
export class Cancelled extends Error {}
