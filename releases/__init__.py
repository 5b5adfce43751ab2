"""Releases: numbered, immutable snapshots of the whole registry, and the channels that agents follow."""
