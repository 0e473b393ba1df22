package state

import "os"

// alive says whether there is a process with the number: on Windows it can only be opened while it lives.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	_ = p.Release()
	return true
}
