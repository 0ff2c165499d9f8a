package archtest_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"strconv"
)

func functions(f *ast.File) []*ast.FuncDecl {
	var found []*ast.FuncDecl
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			found = append(found, fn)
		}
	}
	return found
}

// constants are a package's constant expressions by name.
type constants map[string]ast.Expr

// add collects the constants of a file, those inside functions included.
func (c constants) add(f *ast.File) {
	ast.Inspect(f, func(n ast.Node) bool {
		decl, ok := n.(*ast.GenDecl)
		if !ok || decl.Tok != token.CONST {
			return true
		}
		for _, spec := range decl.Specs {
			v, ok := spec.(*ast.ValueSpec)
			if !ok {
				continue
			}
			for i, name := range v.Names {
				if i < len(v.Values) {
					c[name.Name] = v.Values[i]
				}
			}
		}
		return true
	})
}

// text is the value of a constant string expression: literals, other constants
// of the package, and their concatenation.
func (c constants) text(e ast.Expr) (string, error) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", fmt.Errorf("%s is no string", e.Value)
		}
		return strconv.Unquote(e.Value)
	case *ast.ParenExpr:
		return c.text(e.X)
	case *ast.Ident:
		v, ok := c[e.Name]
		if !ok {
			return "", fmt.Errorf("%s is no constant of the package", e.Name)
		}
		return c.text(v)
	case *ast.BinaryExpr:
		if e.Op != token.ADD {
			return "", fmt.Errorf("operator %s", e.Op)
		}
		x, err := c.text(e.X)
		if err != nil {
			return "", err
		}
		y, err := c.text(e.Y)
		return x + y, err
	default:
		return "", fmt.Errorf("%T is no constant string", e)
	}
}

// literal is the value of a string literal.
func literal(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(l.Value)
	return s, err == nil
}

// called is the last name of what a call calls, and what stands before it:
// "fault", "New" for fault.New(…).
func called(call *ast.CallExpr) (before, name string) {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return "", f.Name
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok {
			return x.Name, f.Sel.Name
		}
		return "?", f.Sel.Name
	}
	return "", ""
}

func at(n ast.Node) string {
	p := fileSet.Position(n.Pos())
	return fmt.Sprintf("%s:%d", p.Filename, p.Line)
}
