// Package manytest sets up a hundred tenants at once: against the rate limits of real accounts, and killed in the middle.
package manytest
