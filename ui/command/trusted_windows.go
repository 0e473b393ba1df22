package command

// trusted is always true: on Windows a folder that others may write to is not above a person's own by default.
func trusted(string, string) bool { return true }
