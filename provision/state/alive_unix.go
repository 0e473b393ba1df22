//go:build !windows

package state

import (
	"errors"
	"syscall"
)

// alive says whether there is a process with the number. One that belongs to another user counts.
func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
