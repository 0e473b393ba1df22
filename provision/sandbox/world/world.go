// Package world is what the emulated providers share: one clock, one log of requests, armed
// faults, latency, rate limits and the named behaviours that stand for what is not
// known for certain about the real services.
package world
