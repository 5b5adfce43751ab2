"""One axis of time: the value over its bands, states, and what each agent did, with quiet times made short."""
