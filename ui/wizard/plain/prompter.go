package plain

import (
	"fmt"
	"strconv"
	"strings"

	"phonegate/ui/render"
)

// choose asks for one of some numbered lines; Enter takes the one at.
func (a *prompter) choose(prompt string, lines []string, at int) (int, error) {
	a.print("")
	a.print("%s", prompt)
	for i, l := range lines {
		a.print("  %d. %s", i+1, l)
	}
	n := at
	err := a.ask("Number", strconv.Itoa(at+1), func(v string) error {
		i, err := strconv.Atoi(v)
		if err != nil || i < 1 || i > len(lines) {
			return fmt.Errorf("a number from 1 to %d, please", len(lines))
		}
		n = i - 1
		return nil
	})
	return n, err
}

// ask asks until the answer is good. Enter takes what is in brackets.
func (a *prompter) ask(prompt, now string, take func(string) error) error {
	return a.put(prompt, now, false, take)
}

// put is ask, for secrets too: those are not echoed where that is possible.
func (a *prompter) put(prompt, now string, secret bool, take func(string) error) error {
	for {
		hint := ""
		if now != "" {
			hint = " [" + now + "]"
		}
		fmt.Fprintf(a.out, "%s%s: ", prompt, hint)
		v, err := a.in.read(secret)
		if secret && a.in.hides() {
			a.print("")
		}
		if err != nil {
			return err
		}
		if strings.EqualFold(v, "back") {
			return errBack
		}
		if v == "" {
			v = now
		}
		if err = take(v); err == nil {
			return nil
		}
		a.print("failed: %s", render.Sentence(err.Error()))
	}
}

func (a *prompter) print(format string, args ...any) {
	a.write([]string{render.Printable(fmt.Sprintf(format, args...))})
}

func (a *prompter) write(lines []string) {
	for _, l := range lines {
		fmt.Fprintln(a.out, strings.TrimRight(l, " "))
	}
}
