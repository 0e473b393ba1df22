package widget

import "charm.land/bubbles/v2/key"

// KeyMap is every key there is: what a key does and what the footer says about it come from
// here and from nowhere else.
type KeyMap struct {
	Next, Back, Up, Down, Left, Right, Tab key.Binding
	Help, Stop                             key.Binding

	View, Diff, Preview, Open, Write, Edit, Retry, Auto, Close key.Binding
	Host, No, Test, Copy, Code, Lock                           key.Binding
}

// NewKeyMap builds the keys. While a text field has the cursor, letters belong to the field, so commands
// move to Ctrl, and those that have no Ctrl form rest.
func NewKeyMap(typing bool) KeyMap {
	command := func(letter, does string, ctrl bool) key.Binding {
		switch {
		case !typing:
			return key.NewBinding(key.WithKeys(letter), key.WithHelp(letter, does))
		case ctrl:
			return key.NewBinding(key.WithKeys("ctrl+"+letter), key.WithHelp("ctrl+"+letter, does))
		}
		return key.NewBinding(key.WithKeys(letter), key.WithHelp(letter, does), key.WithDisabled())
	}
	help := key.NewBinding(key.WithKeys("?", "f1"), key.WithHelp("?", "keys"))
	if typing {
		help = key.NewBinding(key.WithKeys("f1"), key.WithHelp("f1", "keys"))
	}
	return KeyMap{
		Next:  key.NewBinding(key.WithKeys("enter"), key.WithHelp("enter", "go on")),
		Back:  key.NewBinding(key.WithKeys("esc", "shift+tab"), key.WithHelp("esc", "back")),
		Up:    key.NewBinding(key.WithKeys("up", "ctrl+k"), key.WithHelp("↑↓", "choose")),
		Down:  key.NewBinding(key.WithKeys("down", "ctrl+j"), key.WithHelp("↑↓", "choose")),
		Tab:   key.NewBinding(key.WithKeys("tab"), key.WithHelp("tab", "next field")),
		Left:  key.NewBinding(key.WithKeys("left"), key.WithHelp("←→", "change")),
		Right: key.NewBinding(key.WithKeys("right", "space"), key.WithHelp("←→", "change")),
		Help:  help,
		Stop:  key.NewBinding(key.WithKeys("ctrl+c"), key.WithHelp("ctrl+c", "leave")),

		View:    command("v", "view code", false),
		Diff:    command("d", "differences", false),
		Preview: command("p", "preview", true),
		Open:    command("o", "open in browser", true),
		Write:   command("w", "write the files only", false),
		Edit:    command("e", "edit an answer", true),
		Retry:   command("r", "try again", true),
		Auto:    command("a", "let it play", false),
		Host:    command("h", "another host", false),
		No:      command("n", "no", false),
		Test:    command("t", "test again", false),
		Copy:    command("c", "copy details", false),
		Code:    command("q", "QR code", false),
		Lock:    command("l", "Lock in your own page", false),
		Close:   key.NewBinding(key.WithKeys("q", "esc", "enter"), key.WithHelp("q", "close")),
	}
}

// All is the full help: the screen's own keys first, then those that work everywhere.
func (k KeyMap) All(own []key.Binding) []key.Binding {
	all := append([]key.Binding(nil), own...)
	for _, b := range []key.Binding{k.Next, k.Up, k.Tab, k.Left, As(k.Back, "back, keeping every answer"), As(k.Help, "fewer keys")} {
		known := false
		for _, o := range own {
			known = known || o.Help().Key == b.Help().Key
		}
		if !known {
			all = append(all, b)
		}
	}
	return all
}

// As is a binding under other words, for the footer.
func As(b key.Binding, does string) key.Binding {
	b.SetHelp(b.Help().Key, does)
	return b
}
