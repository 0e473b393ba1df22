// Package flowtest has a flow.Backend with fixed answers, for tests of whoever plays the wizard.
package flowtest
