package archtest_test

import (
	"go/ast"
	"go/token"
	"testing"
)

// TestTransactionsRepeat: db.Transact calls its function once more after a
// deadlock, so the function must not add to what was outside of it unless it
// began by emptying that.
func TestTransactionsRepeat(t *testing.T) {
	t.Parallel()
	found := 0
	for _, s := range allSources(t) {
		if s.test() || s.generated() {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 3 {
				return true
			}
			if before, name := called(call); before != "db" || name != "Transact" {
				return true
			}
			if fn, ok := call.Args[2].(*ast.FuncLit); ok {
				found++
				for _, where := range growing(fn) {
					t.Errorf("%s: a transaction that is run again adds twice to what is outside of it; empty it first", at(where))
				}
			}
			return true
		})
	}
	if found < 100 {
		t.Errorf("only %d transactions found", found)
	}
}

// growing are the places in fn where a variable from outside of fn is added to
// that fn has not set before.
func growing(fn *ast.FuncLit) []ast.Node {
	own := map[string]bool{}
	var places []ast.Node
	for _, p := range fn.Type.Params.List {
		for _, name := range p.Names {
			own[name.Name] = true
		}
	}
	add := func(e ast.Expr) {
		if id, ok := e.(*ast.Ident); ok {
			own[id.Name] = true
		}
	}
	ast.Inspect(fn.Body, func(n ast.Node) bool { // in the order of the text
		switch n := n.(type) {
		case *ast.FuncLit:
			for _, p := range n.Type.Params.List {
				for _, name := range p.Names {
					own[name.Name] = true
				}
			}
		case *ast.ValueSpec:
			for _, name := range n.Names {
				own[name.Name] = true
			}
		case *ast.RangeStmt:
			if n.Tok == token.DEFINE {
				add(n.Key)
				add(n.Value)
			}
		case *ast.CallExpr:
			if _, name := called(n); name == "AfterCommit" {
				return false // runs once
			} else if (name == "delete" || name == "clear") && !own[variable(n.Args[0])] {
				places = append(places, n)
			}
		case *ast.IncDecStmt:
			if !own[variable(n.X)] {
				places = append(places, n)
			}
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				switch {
				case n.Tok == token.DEFINE:
					add(left)
				case n.Tok != token.ASSIGN || i < len(n.Rhs) && appends(n.Rhs[i], left):
					if !own[variable(left)] {
						places = append(places, n)
					}
				default:
					add(left) // set as a whole: what comes after begins anew
				}
			}
		}
		return true
	})
	return places
}

// variable is the one at the beginning of a.b[c].d.
func variable(e ast.Expr) string {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x.Name
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return ""
		}
	}
}

// appends tells whether e is append to the variable that to begins with.
func appends(e, to ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return false
	}
	name, ok := call.Fun.(*ast.Ident)
	return ok && name.Name == "append" && variable(call.Args[0]) == variable(to)
}
