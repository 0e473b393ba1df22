package kind

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"phonegate/provision/host"
)

// mayLack are the columns that a kind may leave empty, and when.
var mayLack = map[string]func(host.Kind) bool{
	"Asks":         func(host.Kind) bool { return true },
	"WrongProject": func(host.Kind) bool { return true }, // every name will do
	"Names":        func(host.Kind) bool { return true }, // the usual ones
	"Terraform":    func(host.Kind) bool { return true },
	"SelfHosted":   func(k host.Kind) bool { return len(k.Secrets) > 0 },
	"Secrets":      func(k host.Kind) bool { return k.SelfHosted },
	"Account":      func(k host.Kind) bool { return k.SelfHosted },
}

// lacks are the columns that a row must have and has not.
func lacks(k host.Kind) (all []string) {
	row := reflect.ValueOf(k)
	for i, f := range row.Fields() {
		if may := mayLack[i.Name]; f.IsZero() && (may == nil || !may(k)) {
			all = append(all, i.Name)
		}
	}
	return all
}

func TestKindsAreWhole(t *testing.T) {
	for _, k := range All() {
		if missing := lacks(k); len(missing) > 0 {
			t.Errorf("%s lacks %s", k.Name, strings.Join(missing, ", "))
		}
		if got, ok := Of(k.Name); !ok || got.Name != k.Name {
			t.Errorf("%s is not found by its name", k.Name)
		}
	}
	whole := All()[0]
	for i := range reflect.TypeFor[host.Kind]().NumField() {
		k := whole
		reflect.ValueOf(&k).Elem().Field(i).SetZero()
		name := reflect.TypeFor[host.Kind]().Field(i).Name
		if may := mayLack[name]; (may == nil || !may(k)) && !slices.Contains(lacks(k), name) {
			t.Errorf("a row without %s passes", name)
		}
	}
}

// spelledOut are the files that name a kind nevertheless, and why.
var spelledOut = map[string]string{
	"provision/transport/transport.go": "it lies below the hosts, and routes by the hosts of their APIs",
}

// TestNoKindElsewhere fails for code outside the hosts' packages that asks which kind it is: such a question is a column.
func TestNoKindElsewhere(t *testing.T) {
	const root = "../../.."
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, path)
		name = filepath.ToSlash(name)
		switch {
		case d.IsDir() && (name == "provision/sandbox" || name == "provision/host" || name != "." && strings.HasPrefix(d.Name(), ".") || strings.HasSuffix(name, "test")):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || spelledOut[name] != "":
			return nil
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if value, err := strconv.Unquote(lit.Value); err == nil && slices.Contains(Names(false), value) {
					t.Errorf("%s:%d spells out %q", name, set.Position(lit.Pos()).Line, value)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
