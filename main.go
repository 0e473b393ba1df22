// Phonegate gives an Auth0 tenant phone verification at first login.
package main

import (
	"os"

	"phonegate/ui/command"
)

func main() { os.Exit(command.Main(os.Args[1:], command.System())) }
